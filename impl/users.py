"""Users: who the caller is."""

from generated.models import Profile, ProfilePatch
from generated.users import ChangeProfileOk, GetProfileNotModified, GetProfileOk
from impl.core import etags
from impl.core.scope import UserScope
from impl.tables import ProfileRow


async def get_profile(
    scope: UserScope, user_id: str, if_none_match: str | None
) -> GetProfileOk | GetProfileNotModified:
    profile = await scope.mine(ProfileRow, Profile)
    if etags.unchanged(if_none_match, profile.version):
        return GetProfileNotModified(etags.etag(profile.version))
    return GetProfileOk(profile, etags.etag(profile.version))


async def change_profile(
    scope: UserScope, user_id: str, if_match: str | None, body: ProfilePatch
) -> ChangeProfileOk:
    versions = etags.if_match(if_match)
    profile = await scope.change_mine(ProfileRow, body.model_dump(), Profile, versions)
    return ChangeProfileOk(profile, etags.etag(profile.version))
