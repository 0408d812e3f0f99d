//! A flash sale: many more buyers than units, all at once. It measures a fixed amount of work with one right outcome: every unit
//! is sold, once, and everybody else is told.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::checkout::{PLACE, ask, place_input};
use crate::race::logged_in;
use crate::scenario::{body, refused};
use tests::connection::Connection;

/// What everybody wants.
const SLUG: &str = "bench-product-0";
const SKU: &str = "BENCH-0-S";
/// Clients that fill the carts before the doors open.
const FILLERS: usize = 8;
/// Pause before an attempt that was asked to come back.
const COME_BACK: Duration = Duration::from_millis(50);

const PICK: &str =
    "query Pick($slug: String!) { product(slug: $slug) { variants { id } } warehouses { code } }";
const SET: &str = "mutation Set($input: StockSetInput!) { stockSet(input: $input) { stockLevels { onHand } userErrors { code } } }";
const FIRST: &str = "mutation First($input: CartCreateInput!) { cartCreate(input: $input) { cart { shippingMethods { id } } userErrors { code } } }";
const FILL: &str = "mutation Fill($input: CartCreateInput!) { cartCreate(input: $input) { cart { id cost { total { amount currencyCode } } } userErrors { code } } }";

/// How large a sale is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) units: usize,
    pub(crate) attempts: usize,
    pub(crate) connections: usize,
}

/// What an attempt came to, and when after the doors opened.
#[derive(Clone, Copy)]
enum End {
    Sold(Duration),
    Refused(Duration),
}

/// Holds a sale and prints what became of it.
pub(crate) async fn hold(port: u16, size: Size) -> io::Result<()> {
    let attempts = Arc::new(Mutex::new(prepare(port, size).await?));
    let doors = Instant::now();
    let buyers =
        (0..size.connections).map(|_| tokio::spawn(buy(port, Arc::clone(&attempts), doors)));
    let buyers: Vec<_> = buyers.collect();
    let (mut sold, mut refusals) = (Vec::new(), Vec::new());
    for buyer in buyers {
        for end in buyer.await.map_err(io::Error::other)?? {
            match end {
                End::Sold(at) => sold.push(at),
                End::Refused(at) => refusals.push(at),
            }
        }
    }
    let wrong = format!("{} units were sold {} times", size.units, sold.len());
    if sold.len() != size.units || sold.len() + refusals.len() != size.attempts {
        return Err(io::Error::other(wrong));
    }
    let last_sale = sold.iter().max().copied().unwrap_or_default();
    let end = refusals.iter().max().copied().unwrap_or(last_sale);
    let after = refusals.iter().filter(|at| **at > last_sale).count();
    let rate = |count: usize, time: Duration| count as f64 / time.as_secs_f64().max(f64::EPSILON);
    println!(
        "flash sale: {} units, {} attempts on {} connections: {} sold in {last_sale:.2?} ({:.0}/s), then {after} refused ({:.0}/s)",
        size.units,
        size.attempts,
        size.connections,
        sold.len(),
        rate(sold.len(), last_sale),
        rate(after, end.saturating_sub(last_sale)),
    );
    Ok(())
}

/// Takes one attempt after the other until none is left.
async fn buy(
    port: u16,
    attempts: Arc<Mutex<VecDeque<String>>>,
    doors: Instant,
) -> io::Result<Vec<End>> {
    let mut connection = Connection::open(port).await?;
    let mut ends = Vec::new();
    loop {
        let Some(body) = attempts.lock().unwrap().pop_front() else {
            return Ok(ends);
        };
        ends.push(attempt(&mut connection, &body, doors).await?);
    }
}

/// Orders, as often as it is asked to come back.
async fn attempt(connection: &mut Connection, body: &str, doors: Instant) -> io::Result<End> {
    loop {
        let answer = connection.post("/graphql", body).await?;
        let at = doors.elapsed();
        if answer.status == 503 {
            tokio::time::sleep(COME_BACK).await;
            continue;
        }
        let json: Value = serde_json::from_slice(&answer.body)?;
        let payload = &json["data"]["orderPlace"];
        if payload["order"].is_object() {
            return Ok(End::Sold(at));
        }
        return match payload["userErrors"][0]["code"].as_str() {
            Some("INSUFFICIENT_STOCK" | "CART_HAS_PROBLEMS") => Ok(End::Refused(at)),
            _ => Err(refused("flash sale", &answer.body)),
        };
    }
}

/// Puts plenty of units there, lets everybody fill a cart with one, and then leaves only those that are for sale.
async fn prepare(port: u16, size: Size) -> io::Result<VecDeque<String>> {
    let mut staff = Connection::open(port).await?;
    staff.headers = logged_in(&mut staff).await?;
    let picked = ask(&mut staff, PICK, json!({ "slug": SLUG })).await?;
    let variant = picked["product"]["variants"][0]["id"].clone();
    let warehouse = picked["warehouses"][0]["code"].clone();
    let address = json!({ "fullName": "Ann Example", "streetLine1": "1 High Street", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" });
    let lines = json!([{ "variantId": variant, "quantity": 1 }]);
    let who = json!({ "email": "ann@example.test", "shippingAddress": address });
    let first = json!({ "input": { "lines": lines, "cart": who } });
    let first = ask(&mut staff, FIRST, first).await?;
    let method = &first["cartCreate"]["cart"]["shippingMethods"][0]["id"];
    let fill = json!({ "lines": lines, "address": address, "method": method });
    let guests = (0..FILLERS).map(|first| {
        let numbers = (first..size.attempts).step_by(FILLERS);
        tokio::spawn(fill_carts(port, fill.clone(), numbers))
    });
    let guests: Vec<_> = guests.collect();
    let mut attempts = VecDeque::with_capacity(size.attempts);
    for guest in guests {
        attempts.extend(guest.await.map_err(io::Error::other)??);
    }
    let level =
        json!({ "sku": SKU, "warehouseCode": warehouse, "onHand": size.units, "sourceVersion": 1 });
    let stock = json!({ "input": { "levels": [level], "idempotencyKey": "flash sale" } });
    let mut later = Connection::open(port).await?; // the first was idle for too long by now
    later.headers = staff.headers;
    ask(&mut later, SET, stock).await?;
    Ok(attempts)
}

/// Fills a cart for each number, and tells how each is to be ordered.
async fn fill_carts(
    port: u16,
    fill: Value,
    numbers: impl Iterator<Item = usize>,
) -> io::Result<Vec<String>> {
    let mut guest = Connection::open(port).await?;
    let mut attempts = Vec::new();
    for number in numbers {
        let email = format!("guest{number}@example.test");
        let who = json!({ "email": email, "shippingAddress": fill["address"], "shippingMethodId": fill["method"] });
        let input = json!({ "input": { "lines": fill["lines"], "cart": who } });
        let filled = ask(&mut guest, FILL, input).await?;
        let cart = &filled["cartCreate"]["cart"];
        let total = &cart["cost"]["total"];
        attempts.push(body(PLACE, &place_input(&cart["id"], total)));
    }
    Ok(attempts)
}
