use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use api::job::worker::Worker;
use poem::Server;
use poem::listener::{Acceptor, Listener, TcpListener};
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{Order, placed, read, started};
use tests::receiver::Receiver;
use tests::{Client, TestApp, both};

use super::{CREATE, LOOPBACK, UPDATE};

/// The example back office, which speaks to the shop as any other program would.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/adapter/erp.py");

/// A program that ends with the test, however the test ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

/// The shop on a port of its own with its worker, and the back office beside it.
struct Office {
    worker: Worker,
    server: tokio::task::JoinHandle<()>,
    program: Program,
    webhook: String,
}

impl Office {
    /// None where there is no Python; the reason is printed.
    async fn open(app: &TestApp, poll_seconds: &str, missing: &str) -> Option<Self> {
        if !Command::new("python3")
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
        {
            eprintln!("the example back office: not run (no python3)");
            return None;
        }
        let owner = app.as_owner().await;
        let acceptor = TcpListener::bind("127.0.0.1:0")
            .into_acceptor()
            .await
            .unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let site = api::http::site(app.state().clone()).unwrap();
        let server = tokio::spawn(async move {
            let _ = Server::new_with_acceptor(acceptor).run(site).await;
        });
        let listen = free_address();
        let webhook = json!({ "url": format!("http://{listen}/"), "eventKinds": ["ORDER_CONFIRMATION_REQUESTED"] });
        let created = owner
            .run(CREATE, json!({ "input": { "webhook": webhook } }))
            .await["webhookCreate"]
            .clone();
        let program = Command::new("python3")
            .arg(SCRIPT)
            .env("SHOP_URL", format!("http://{address}/graphql"))
            .env("SHOP_KEY", key(&owner).await)
            .env("WEBHOOK_SECRET", created["signingSecret"].as_str().unwrap())
            .env("LISTEN", &listen)
            .env("POLL_SECONDS", poll_seconds)
            .env("MISSING", missing)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        for _try in 0..200 {
            if tokio::net::TcpStream::connect(&listen).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(Self {
            worker: Worker::start(app.state().clone()).await.unwrap(),
            server,
            program: Program(program),
            webhook: created["webhook"]["id"].as_str().unwrap().to_owned(),
        })
    }

    async fn close(self) {
        drop(self.program);
        self.server.abort();
        self.worker.stop(Duration::from_secs(5)).await;
    }
}

async fn key(owner: &Client) -> String {
    let create = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret userErrors { code } } }";
    let input = json!({ "name": "ERP", "scopes": ["ORDER_CONFIRM", "ORDER_READ", "EVENT_READ"] });
    let data = owner.run(create, json!({ "input": input })).await;
    data["apiKeyCreate"]["secret"].as_str().unwrap().to_owned()
}

/// An address nobody listens at now.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Waits until the order has this status.
async fn until(client: &Client, order: &Order, status: &str) -> Value {
    let begun = Instant::now();
    loop {
        let shown = read(
            client,
            order,
            "status confirmationRequests { status externalRef }",
        )
        .await;
        if shown["status"] == status {
            return shown["confirmationRequests"].clone();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{shown} instead of {status}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

both! {
    with LOOPBACK;

    async fn a_pushed_question_is_answered_by_the_back_office(app: TestApp) {
        let shop = shop(&app).await;
        let (lamp, vase) = (product("Lamp").insert(&app, &shop).await, product("Vase").insert(&app, &shop).await);
        // It would look for itself only after the test is over.
        let Some(office) = Office::open(&app, "3600", &vase.skus[0]).await else {
            return;
        };
        let staff = app.as_staff(&["ORDER_READ", "ORDER_CONFIRM"]).await;
        let order = placed(&app, &app.guest(), &shop, &lamp, 1).await;
        started(&app, &app.guest(), &order, &shop.test_payment, "success").await;
        let answered = until(&staff, &order, "CONFIRMED").await;
        assert!(answered[0]["externalRef"].as_str().unwrap().starts_with("ERP-"));
        let order = placed(&app, &app.guest(), &shop, &vase, 1).await;
        started(&app, &app.guest(), &order, &shop.test_payment, "success").await;
        assert_eq!(until(&staff, &order, "REJECTED").await[0]["status"], "REJECTED");
        office.close().await;
    }

    async fn a_question_whose_push_is_lost_is_found_in_the_feed(app: TestApp) {
        let shop = shop(&app).await;
        let lamp = product("Lamp").insert(&app, &shop).await;
        let Some(office) = Office::open(&app, "0.3", "").await else {
            return;
        };
        // The pushes go to somebody who keeps them to himself.
        let deaf = Receiver::start().await;
        let elsewhere = json!({ "webhookId": office.webhook, "webhook": { "url": deaf.url() } });
        app.as_owner().await.run(UPDATE, json!({ "input": elsewhere })).await;
        let order = placed(&app, &app.guest(), &shop, &lamp, 1).await;
        started(&app, &app.guest(), &order, &shop.test_payment, "success").await;
        until(&app.as_staff(&["ORDER_READ", "ORDER_CONFIRM"]).await, &order, "CONFIRMED").await;
        office.close().await;
    }
}
