"""What the shop stores and answers."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

type Status = Literal["open", "paid", "cancelled"]
type Line = Annotated[str, StringConstraints(min_length=1, max_length=80)]
type Note = Annotated[str, StringConstraints(max_length=200)]
type Quantity = Annotated[int, Field(ge=1, le=99)]


class Camel(BaseModel):
    """Names in camelCase outside, and in snake case inside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class AddressContent(Camel):
    """Where to send things, as the customer writes it."""

    recipient: Line
    street: Line
    city: Line


class Address(AddressContent):
    """An address of a customer's."""

    address_id: int
    customer_id: str


class OrderContent(Camel):
    """An order as the customer places it."""

    shipping_address_id: int
    note: Note = ""


class OrderChange(Camel):
    """What may change of an order."""

    shipping_address_id: int | None = None
    note: Note | None = None
    status: Status | None = None


class Order(OrderContent):
    """An order of a customer's."""

    order_id: int
    customer_id: str
    status: Status = "open"
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class PlacedOrder(Order):
    """An order with the line that is printed on the parcel."""

    ship_to: str


class ItemContent(Camel):
    """So many of a product."""

    product_id: int
    quantity: Quantity = 1


class ItemChange(Camel):
    """Another number of the same product."""

    quantity: Quantity


class Item(ItemContent):
    """A line of an order."""

    item_id: int
    order_id: int


class Product(Camel):
    """What anybody can buy."""

    product_id: int
    name: str
    price_cents: int


class Page[T](Camel):
    """A part of a list, and how long the whole is."""

    items: list[T]
    total: int
    offset: int
    limit: int
    generated_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Summary(Camel):
    """How many orders there are, by their status."""

    orders: int
    by_status: dict[Status, int]
    generated_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
