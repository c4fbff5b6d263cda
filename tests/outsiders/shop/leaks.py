"""The leaks of the shop."""

from typing import Any

import jwt
from httpx2 import Client

from tests.outsiders.leak import Leaks

LEAKS = Leaks()
NOWHERE = 999_999
PLACE = {"recipient": "R", "street": "S", "city": "C"}


def address(client: Client) -> int:
    """Create an address; return its number."""
    return int(client.post("/addresses", json=PLACE).json()["addressId"])


def order(client: Client) -> int:
    """Place an order; return its number."""
    placed = client.post("/orders", json={"shippingAddressId": address(client)})
    return int(placed.json()["orderId"])


def item(client: Client, of: int) -> int:
    """Add an item to an order; return its number."""
    return int(client.post(f"/orders/{of}/items", json={"productId": 1}).json()["itemId"])


def numbers(client: Client, query: str = "") -> list[int]:
    """Return the numbers of the orders that a client sees."""
    return [row["orderId"] for row in client.get(f"/orders?limit=100{query}").json()["items"]]


def problem(client: Client, address: int) -> tuple[int, Any]:
    """Return how an order to an address fails, without the number that was sent."""
    refused = client.post("/orders", json={"shippingAddressId": address})
    message = refused.json().get("error", {}).get("message", "")
    return refused.status_code, message.replace(str(address), "")


@LEAKS.seen_at("listOrders", because="The list holds everybody's orders.")
def order_list(alice: Client, bob: Client) -> bool:
    return order(alice) in numbers(bob)


@LEAKS.seen_at(
    "listOrders",
    because="A filter that the contract does not name chooses whose orders are listed.",
)
def order_filter(alice: Client, bob: Client) -> bool:
    return order(alice) in numbers(bob, "&customerId=alice")


@LEAKS.seen_at("listOrders", because="A filter by somebody else's address is refused: 404.")
def filter_status(alice: Client, bob: Client) -> bool:
    return bob.get(f"/orders?shippingAddressId={address(alice)}").status_code == 404


@LEAKS.seen_at("changeOrder", "listOrders", because="An order is given to whom the body names.")
def order_give(alice: Client, bob: Client) -> bool:
    number = order(bob)
    bob.patch(f"/orders/{number}", json={"customerId": "alice"})
    return number in numbers(alice)


@LEAKS.seen_at("listOrders", "getOrder", because="Nobody looks at the signature of a token.")
def signature(alice: Client, bob: Client) -> bool:
    number, forged = order(alice), jwt.encode({"sub": "alice"}, "made up" * 8, "HS256")
    headers = {"Authorization": f"Bearer {forged}"}
    return bob.get(f"/orders/{number}", headers=headers).status_code == 200


@LEAKS.seen_at("summariseOrders", because="The summary counts everybody's orders.")
def order_summary(alice: Client, bob: Client) -> bool:
    before = bob.get("/orders/summary").json()["orders"]
    order(alice)
    return bool(bob.get("/orders/summary").json()["orders"] != before)


@LEAKS.seen_at("getOrder", because="An order is read by its number alone.")
def order_get(alice: Client, bob: Client) -> bool:
    return bob.get(f"/orders/{order(alice)}").status_code == 200


@LEAKS.seen_at("changeOrder", because="An order is changed by its number alone.")
def order_change(alice: Client, bob: Client) -> bool:
    number = order(alice)
    bob.patch(f"/orders/{number}", json={"note": "mine"})
    return bool(alice.get(f"/orders/{number}").json()["note"] == "mine")


@LEAKS.seen_at("changeOrder", because="Changing somebody else's order fails inside: 500.")
def order_crash(alice: Client, bob: Client) -> bool:
    return bob.patch(f"/orders/{order(alice)}", json={}).status_code == 500


@LEAKS.seen_at(
    "getOrder",
    "changeOrder",
    "deleteOrder",
    "listItems",
    "addItem",
    "getItem",
    "changeItem",
    "removeItem",
    because="Somebody else's order is forbidden, one that never was is not found.",
)
def order_forbidden(alice: Client, bob: Client) -> bool:
    return bob.delete(f"/orders/{order(alice)}").status_code == 403


@LEAKS.seen_at(
    "getOrder", because="OPTIONS, which the contract does not name, tells which orders there are."
)
def order_options(alice: Client, bob: Client) -> bool:
    known, unknown = (bob.options(f"/orders/{number}") for number in (order(alice), NOWHERE))
    return known.headers.get("allow") != unknown.headers.get("allow")


@LEAKS.seen_at(
    "createOrder", "listOrders", because="An order is placed for the customer whom the body names."
)
def order_owner(alice: Client, bob: Client) -> bool:
    body = {"shippingAddressId": address(bob), "customerId": "alice"}
    return bob.post("/orders", json=body).json()["orderId"] in numbers(alice)


@LEAKS.seen_at(
    "createOrder",
    "changeOrder",
    because="An order may go to any address that exists, and shows it.",
)
def reference_exists(alice: Client, bob: Client) -> bool:
    sent = bob.post("/orders", json={"shippingAddressId": address(alice)})
    return sent.status_code == 201 and sent.json()["shipTo"] != ""


@LEAKS.seen_at(
    "createOrder",
    "changeOrder",
    because="An order may go to any number, and shows whose address it is once it exists.",
)
def reference_unchecked(alice: Client, bob: Client) -> bool:
    sent = bob.post("/orders", json={"shippingAddressId": address(alice)})
    return sent.status_code == 201 and sent.json()["shipTo"] != ""


@LEAKS.seen_at(
    "createOrder",
    "changeOrder",
    because="The message tells an address of somebody else from one that never was.",
)
def reference_text(alice: Client, bob: Client) -> bool:
    return problem(bob, address(alice)) != problem(bob, NOWHERE)


@LEAKS.seen_at("replaceAddress", because="An address is replaced by its number alone.")
def address_replace(alice: Client, bob: Client) -> bool:
    number = address(alice)
    bob.put(f"/addresses/{number}", json={**PLACE, "city": "Elsewhere"})
    return bool(alice.get(f"/addresses/{number}").json()["city"] == "Elsewhere")


@LEAKS.seen_at("deleteAddress", because="An address is deleted by its number alone.")
def address_delete(alice: Client, bob: Client) -> bool:
    number = address(alice)
    bob.delete(f"/addresses/{number}")
    return alice.get(f"/addresses/{number}").status_code == 404


@LEAKS.seen_at("createAddress", because="The body chooses the number, and so replaces an address.")
def address_number(alice: Client, bob: Client) -> bool:
    number = address(alice)
    bob.post("/addresses", json={**PLACE, "addressId": number})
    return alice.get(f"/addresses/{number}").status_code == 404


@LEAKS.seen_at("listAddresses", because="The page holds one's own, its total counts everybody's.")
def address_total(alice: Client, bob: Client) -> bool:
    before = bob.get("/addresses").json()["total"]
    address(alice)
    return bool(bob.get("/addresses").json()["total"] != before)


@LEAKS.seen_at("getAddress", because="An address is read without a token.")
def unauthenticated(alice: Client, bob: Client) -> bool:
    path = f"{bob.base_url}/addresses/{address(alice)}".replace("//addresses", "/addresses")
    with Client(trust_env=False) as nobody:
        return nobody.get(path).status_code == 200


@LEAKS.seen_at("listItems", because="The items of an order are listed by its number alone.")
def item_list(alice: Client, bob: Client) -> bool:
    number = order(alice)
    item(alice, number)
    return bob.get(f"/orders/{number}/items").status_code == 200


@LEAKS.seen_at(
    "getItem",
    "changeItem",
    "removeItem",
    because="An item is found below any order that is one's own.",
)
def item_parent(alice: Client, bob: Client) -> bool:
    foreign = item(alice, order(alice))
    return bob.get(f"/orders/{order(bob)}/items/{foreign}").status_code == 200


@LEAKS.seen_at(
    "listOrders",
    "listAddresses",
    "listProducts",
    "summariseOrders",
    because="A header counts everybody's orders.",
)
def header_counts(alice: Client, bob: Client) -> bool:
    before = bob.get("/products").headers.get("x-orders-placed")
    order(alice)
    return bob.get("/products").headers.get("x-orders-placed") != before
