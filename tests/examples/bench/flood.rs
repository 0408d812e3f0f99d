//! A flood of messages of a payment provider, in no order and three of ten a second time. It measures a fixed amount of work with one
//! right outcome: each message has its effect, once.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::clock::Clock;
use api::payment::signature::{
    ID_HEADER, OutgoingMessage, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
};
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use serde_json::{Value, json};

use crate::checkout::{PAY, PLACE, ask, fill_cart, place_input};
use crate::race::logged_in;
use tests::connection::Connection;

/// With which the test provider of the measured server signs.
pub(crate) const SECRET: &str = "the-test-payment-provider-of-the-benchmark";
/// Messages about each payment: tries that failed, and one that did not.
const EACH: usize = 7;
/// Longest wait until everything is processed.
const PATIENCE: Duration = Duration::from_mins(30);

const ORDERS: &str = "query Orders($after: String) { orders(first: 100, after: $after) { \
    nodes { cost { total { amount } } paidTotal { amount } payments { status events { kind } } } pageInfo { hasNextPage endCursor } } }";

/// A payment that waits for its messages.
struct Payment {
    reference: String,
    amount: Value,
}

/// Sends so many messages over the connections, and prints how fast they were taken and carried out.
pub(crate) async fn send(port: u16, messages: usize, connections: usize) -> io::Result<()> {
    let distinct = messages * 7 / 10 / EACH * EACH;
    let payments = prepare(port, distinct / EACH, connections).await?;
    let queue = Arc::new(Mutex::new(shuffled(&payments, messages)));
    let began = Instant::now();
    let senders = (0..connections).map(|_| tokio::spawn(deliver(port, Arc::clone(&queue))));
    for sender in senders.collect::<Vec<_>>() {
        sender.await.map_err(io::Error::other)??;
    }
    let taken = began.elapsed();
    let mut staff = Connection::open(port).await?;
    staff.headers = logged_in(&mut staff).await?;
    while !are_settled(&mut staff, payments.len()).await? {
        if began.elapsed() > PATIENCE {
            return Err(io::Error::other("not every message had its effect once"));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let rate = |time: Duration| messages as f64 / time.as_secs_f64();
    println!(
        "{messages} messages about {} payments, {} of them repeats: taken in {taken:.2?} ({:.0}/s), each had its effect once after {:.2?} ({:.0}/s)",
        payments.len(),
        messages - distinct,
        rate(taken),
        began.elapsed(),
        rate(began.elapsed()),
    );
    Ok(())
}

/// All messages in no order, some of them twice.
fn shuffled(payments: &[Payment], count: usize) -> VecDeque<OutgoingMessage> {
    let now = Clock::default().now();
    let mut messages: Vec<OutgoingMessage> = payments
        .iter()
        .flat_map(|payment| {
            (0..EACH).map(move |number| {
                let id = format!("{}-{number}", payment.reference);
                let kind = if number == 0 { "CAPTURED" } else { "AUTHORIZE_FAILED" };
                let body = json!({ "event_id": id, "provider_ref": payment.reference, "kind": kind, "occurred_at": now,
                    "amount": payment.amount });
                sign(SECRET, &id, now, body.to_string())
            })
        })
        .collect();
    let mut random = rand::rng();
    let repeats: Vec<OutgoingMessage> = (messages.len()..count)
        .filter_map(|_| messages.choose(&mut random).cloned())
        .collect();
    messages.extend(repeats);
    messages.shuffle(&mut random);
    messages.into()
}

async fn deliver(port: u16, queue: Arc<Mutex<VecDeque<OutgoingMessage>>>) -> io::Result<()> {
    let mut connection = Connection::open(port).await?;
    loop {
        let Some(message) = queue.lock().unwrap().pop_front() else {
            return Ok(());
        };
        connection.headers = format!(
            "{ID_HEADER}: {}\r\n{TIMESTAMP_HEADER}: {}\r\n{SIGNATURE_HEADER}: {}\r\n",
            message.id, message.timestamp, message.signature
        );
        let answer = connection.post("/webhooks/test", &message.body).await?;
        match answer.status {
            200..=299 => {}
            // As a provider does, later.
            503 => queue.lock().unwrap().push_back(message),
            status => return Err(io::Error::other(format!("a message was answered {status}"))),
        }
    }
}

/// Whether every order is paid, exactly, by a payment that every message is noted of once.
async fn are_settled(staff: &mut Connection, count: usize) -> io::Result<bool> {
    let (mut after, mut settled) = (Value::Null, 0);
    loop {
        let page = ask(staff, ORDERS, json!({ "after": after })).await?["orders"].clone();
        for order in page["nodes"].as_array().into_iter().flatten() {
            let events = order["payments"][0]["events"]
                .as_array()
                .map_or(0, Vec::len);
            let is_paid = order["paidTotal"]["amount"] == order["cost"]["total"]["amount"];
            // And that it was opened.
            settled += usize::from(is_paid && events == EACH + 1);
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(settled == count);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Orders that wait to be paid.
async fn prepare(port: u16, count: usize, connections: usize) -> io::Result<Vec<Payment>> {
    let workers = connections.min(16);
    let tasks = (0..workers).map(|worker| {
        let share = (worker..count).step_by(workers);
        tokio::spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut payments = Vec::new();
            for number in share {
                payments.push(open(&mut connection, number as u64).await?);
            }
            Ok::<_, io::Error>(payments)
        })
    });
    let mut all = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        all.extend(task.await.map_err(io::Error::other)??);
    }
    Ok(all)
}

async fn open(connection: &mut Connection, number: u64) -> io::Result<Payment> {
    let (cart, total) = fill_cart(connection, number).await?;
    let placed = ask(connection, PLACE, place_input(&cart, &total)).await?;
    let order = &placed["orderPlace"]["order"];
    let input = json!({ "input": {
        "orderId": order["id"], "orderToken": placed["orderPlace"]["orderToken"],
        "paymentMethodId": order["paymentMethods"][0]["id"], "returnUrl": "http://127.0.0.1/thanks?test_payment=wait",
        "idempotencyKey": format!("flood-{number}"),
    } });
    let started = ask(connection, PAY, input).await?;
    let address = &started["paymentStart"]["payment"]["session"]["redirectUrl"];
    let path = address.as_str().unwrap_or_default().split('?').next();
    let reference = path
        .and_then(|path| path.rsplit('/').next())
        .unwrap_or_default();
    let digits: String = total["amount"]
        .as_str()
        .unwrap_or_default()
        .replace('.', "");
    let minor: i64 = digits.parse().map_err(io::Error::other)?;
    Ok(Payment {
        reference: reference.to_owned(),
        amount: json!({ "minor": minor, "currency": total["currencyCode"] }),
    })
}
