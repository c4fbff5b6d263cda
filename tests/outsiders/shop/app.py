"""The shop's API: addresses and orders of each customer, and a catalogue for everybody."""

from collections import Counter
from collections.abc import Iterable
from itertools import count
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request, Response
from starlette.exceptions import HTTPException

from tests.outsiders.leak import seeded
from tests.outsiders.shop.identity import Caller, Next, install
from tests.outsiders.shop.models import (
    Address,
    AddressContent,
    Item,
    ItemChange,
    ItemContent,
    Order,
    OrderChange,
    OrderContent,
    Page,
    PlacedOrder,
    Product,
    Status,
    Summary,
)

PRODUCTS = {
    number: Product(product_id=number, name=name, price_cents=price)
    for number, name, price in ((1, "Kettle", 2900), (2, "Teapot", 3500), (3, "Cup", 700))
}
ADDRESSES: dict[int, Address] = {}
ORDERS: dict[int, Order] = {}
ITEMS: dict[int, Item] = {}
new_address, new_order, new_item = (count(1).__next__ for _ in range(3))

app = FastAPI(openapi_url=None)
install(app)
api = APIRouter(prefix="/v2")


@app.middleware("http")
async def count_orders(request: Request, proceed: Next) -> Response:
    """Tell the developers how many orders there are, if they have left this in."""
    response = await proceed(request)
    if seeded("header_counts"):
        response.headers["X-Orders-Placed"] = str(len(ORDERS))
    return response


type Limit = Annotated[int, Query(ge=1, le=100)]
type Offset = Annotated[int, Query(ge=0, le=10_000)]


def missing(kind: str, number: int) -> HTTPException:
    return HTTPException(404, f"{kind} {number} not found")


def own_address(customer: str, number: int, leak: str = "") -> Address:
    address = ADDRESSES.get(number)
    if address is None or (address.customer_id != customer and not seeded(leak)):
        raise missing("address", number)
    return address


def own_order(customer: str, number: int, leak: str = "") -> Order:
    order = ORDERS.get(number)
    if order is None:
        raise missing("order", number)
    if order.customer_id != customer and not seeded(leak):
        if seeded("order_forbidden"):
            raise HTTPException(403, "this order is not yours")
        raise missing("order", number)
    return order


def own_item(customer: str, order_number: int, number: int) -> Item:
    order = own_order(customer, order_number)
    item = ITEMS.get(number)
    if item is None or (item.order_id != order.order_id and not seeded("item_parent")):
        raise missing("item", number)
    return item


def shippable(customer: str, number: int) -> None:
    """Refuse an address that the customer does not have."""
    address = ADDRESSES.get(number)
    if address and (address.customer_id == customer or seeded("reference_exists")):
        return
    if address and seeded("reference_text"):
        raise HTTPException(422, f"address {number} belongs to somebody else")
    if not seeded("reference_unchecked"):
        raise HTTPException(422, f"address {number} is not one of yours")


def placed(order: Order) -> PlacedOrder:
    address = ADDRESSES.get(order.shipping_address_id)
    ship_to = f"{address.recipient}, {address.street}, {address.city}" if address else ""
    return PlacedOrder(**order.model_dump(), ship_to=ship_to)


def page[T](rows: Iterable[T], limit: int, offset: int, total: int | None = None) -> Page[T]:
    whole = list(rows)
    size = len(whole) if total is None else total
    return Page(items=whole[offset : offset + limit], total=size, offset=offset, limit=limit)


@api.get("/products")
def list_products(limit: Limit = 20, offset: Offset = 0) -> Page[Product]:
    return page(PRODUCTS.values(), limit, offset)


@api.get("/products/{number}")
def get_product(number: int) -> Product:
    if number not in PRODUCTS:
        raise missing("product", number)
    return PRODUCTS[number]


@api.get("/addresses")
def list_addresses(customer: Caller, limit: Limit = 20, offset: Offset = 0) -> Page[Address]:
    own = [address for address in ADDRESSES.values() if address.customer_id == customer]
    return page(own, limit, offset, len(ADDRESSES) if seeded("address_total") else None)


@api.post("/addresses", status_code=201)
async def create_address(request: Request, customer: Caller, body: AddressContent) -> Address:
    number = new_address()
    if seeded("address_number"):
        number = (await request.json()).get("addressId", number)
    ADDRESSES[number] = Address(**body.model_dump(), address_id=number, customer_id=customer)
    return ADDRESSES[number]


@api.get("/addresses/{number}")
def get_address(customer: Caller, number: int) -> Address:
    return own_address(customer, number, "unauthenticated" if not customer else "")


@api.put("/addresses/{number}")
def replace_address(customer: Caller, number: int, body: AddressContent) -> Address:
    address = own_address(customer, number, "address_replace")
    ADDRESSES[number] = address.model_copy(update=body.model_dump())
    return ADDRESSES[number]


@api.delete("/addresses/{number}", status_code=204)
def delete_address(customer: Caller, number: int) -> None:
    own_address(customer, number, "address_delete")
    if any(order.shipping_address_id == number for order in ORDERS.values()):
        raise HTTPException(409, f"address {number} is in use")
    del ADDRESSES[number]


@api.get("/orders")
def list_orders(
    request: Request,
    customer: Caller,
    *,
    status: Status | None = None,
    address: Annotated[int | None, Query(alias="shippingAddressId")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[PlacedOrder]:
    if seeded("order_filter"):
        customer = request.query_params.get("customerId", customer)
    if address in ADDRESSES and seeded("filter_status"):
        own_address(customer, address)
    found = (
        placed(order)
        for order in ORDERS.values()
        if (order.customer_id == customer or seeded("order_list"))
        and status in {None, order.status}
        and address in {None, order.shipping_address_id}
    )
    return page(found, limit, offset)


@api.post("/orders", status_code=201)
async def create_order(request: Request, customer: Caller, body: OrderContent) -> PlacedOrder:
    shippable(customer, body.shipping_address_id)
    if seeded("order_owner"):
        customer = (await request.json()).get("customerId", customer)
    order = Order(**body.model_dump(), order_id=new_order(), customer_id=customer)
    ORDERS[order.order_id] = order
    return placed(order)


@api.get("/orders/summary")
def summarise_orders(customer: Caller) -> Summary:
    everybody = seeded("order_summary")
    own = [order for order in ORDERS.values() if order.customer_id == customer or everybody]
    return Summary(orders=len(own), by_status=Counter(order.status for order in own))


@api.get("/orders/{number}")
def get_order(customer: Caller, number: int) -> PlacedOrder:
    return placed(own_order(customer, number, "order_get"))


@api.patch("/orders/{number}")
async def change_order(
    request: Request, customer: Caller, number: int, body: OrderChange
) -> PlacedOrder:
    if seeded("order_crash"):
        assert number not in ORDERS or ORDERS[number].customer_id == customer
    order = own_order(customer, number, "order_change")
    if body.shipping_address_id is not None:
        shippable(customer, body.shipping_address_id)
    change = body.model_dump(exclude_none=True)
    if seeded("order_give"):
        change["customer_id"] = (await request.json()).get("customerId", order.customer_id)
    ORDERS[number] = order.model_copy(update=change)
    return placed(ORDERS[number])


@api.delete("/orders/{number}", status_code=204)
def delete_order(customer: Caller, number: int) -> None:
    del ORDERS[own_order(customer, number).order_id]
    for item in [item for item in ITEMS.values() if item.order_id == number]:
        del ITEMS[item.item_id]


@api.get("/orders/{number}/items")
def list_items(customer: Caller, number: int, limit: Limit = 20, offset: Offset = 0) -> Page[Item]:
    order = own_order(customer, number, "item_list")
    own = (item for item in ITEMS.values() if item.order_id == order.order_id)
    return page(own, limit, offset)


@api.post("/orders/{number}/items", status_code=201)
def add_item(customer: Caller, number: int, body: ItemContent) -> Item:
    order = own_order(customer, number)
    if body.product_id not in PRODUCTS:
        raise HTTPException(422, f"product {body.product_id} is not sold here")
    item = Item(**body.model_dump(), item_id=new_item(), order_id=order.order_id)
    ITEMS[item.item_id] = item
    return item


@api.get("/orders/{order}/items/{number}")
def get_item(customer: Caller, order: int, number: int) -> Item:
    return own_item(customer, order, number)


@api.patch("/orders/{order}/items/{number}")
def change_item(customer: Caller, order: int, number: int, body: ItemChange) -> Item:
    item = own_item(customer, order, number)
    ITEMS[number] = item.model_copy(update=body.model_dump())
    return ITEMS[number]


@api.delete("/orders/{order}/items/{number}", status_code=204)
def remove_item(customer: Caller, order: int, number: int) -> None:
    del ITEMS[own_item(customer, order, number).item_id]


if seeded("order_options"):

    @api.options("/orders/{number}", status_code=204)
    def order_options(number: int) -> Response:
        known = number in ORDERS
        return Response(status_code=204, headers={"Allow": "GET, PATCH, DELETE" if known else ""})


app.include_router(api)
