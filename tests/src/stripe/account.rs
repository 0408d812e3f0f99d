//! What the stand-in keeps: intents, refunds, answers by key, events.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use serde_json::{Value, json};

type Answer = (StatusCode, Value);
type Form = BTreeMap<String, String>;

#[derive(Default)]
pub(super) struct Account {
    intents: Vec<Value>,
    refunds: Vec<Value>,
    disputes: Vec<Value>,
    events: Vec<Value>,
    answers: BTreeMap<String, (String, Answer)>,
    refunds_take_time: bool,
    count: u32,
}

impl Account {
    pub(super) fn intents(&self) -> Vec<Value> {
        self.intents.clone()
    }

    pub(super) fn refunds(&self) -> Vec<Value> {
        self.refunds.clone()
    }

    pub(super) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    pub(super) fn delay_refunds(&mut self) {
        self.refunds_take_time = true;
    }

    pub(super) fn end_refunds(&mut self, status: &str) {
        let mut ended = Vec::new();
        for refund in &mut self.refunds {
            if refund["status"] == "pending" || status == "failed" {
                refund["status"] = json!(status);
                ended.push(refund.clone());
            }
        }
        for refund in ended {
            self.tell("refund.updated", &refund);
        }
    }

    pub(super) fn pay(&mut self, id: &str) {
        let charge = self.next("ch");
        let at = self.position(id);
        let intent = &mut self.intents[at];
        assert_eq!(
            intent["status"], "requires_payment_method",
            "{id} cannot be paid"
        );
        intent["latest_charge"] = json!(charge);
        intent["last_payment_error"] = Value::Null;
        let kind = if intent["capture_method"] == "manual" {
            intent["status"] = json!("requires_capture");
            intent["amount_capturable"] = intent["amount"].clone();
            "payment_intent.amount_capturable_updated"
        } else {
            intent["status"] = json!("succeeded");
            intent["amount_received"] = intent["amount"].clone();
            "payment_intent.succeeded"
        };
        let told = intent.clone();
        self.tell(kind, &told);
    }

    pub(super) fn decline(&mut self, id: &str, why: &str) {
        let charge = self.next("ch");
        let at = self.position(id);
        let intent = &mut self.intents[at];
        intent["latest_charge"] = json!(charge);
        intent["last_payment_error"] = json!({ "type": "card_error", "code": "card_declined", "charge": charge, "message": why });
        let told = intent.clone();
        self.tell("payment_intent.payment_failed", &told);
    }

    pub(super) fn set_busy(&mut self, id: &str, is_busy: bool) {
        let at = self.position(id);
        self.intents[at]["status"] = json!(if is_busy {
            "processing"
        } else {
            "requires_payment_method"
        });
    }

    pub(super) fn lapse(&mut self, id: &str) {
        assert_eq!(self.cancel(id).0, StatusCode::OK, "{id} has no promise");
    }

    pub(super) fn dispute(&mut self, id: &str) {
        let dispute = self.next("dp");
        let intent = &self.intents[self.position(id)];
        let told = json!({ "id": dispute, "object": "dispute", "amount": intent["amount_received"],
            "currency": intent["currency"], "payment_intent": id, "reason": "fraudulent" });
        self.disputes.push(told.clone());
        self.tell("charge.dispute.funds_withdrawn", &told);
    }

    pub(super) fn win_disputes(&mut self) {
        for dispute in std::mem::take(&mut self.disputes) {
            self.tell("charge.dispute.funds_reinstated", &dispute);
        }
    }

    pub(super) fn forget_keys(&mut self) {
        self.answers.clear();
    }

    /// Answers what stands.
    pub(super) fn read(&self, path: &str, query: &str) -> Answer {
        if path == "/v1/refunds" {
            let query = form(query);
            let of_intent = |refund: &&Value| refund["payment_intent"] == query["payment_intent"];
            let found: Vec<&Value> = self.refunds.iter().filter(of_intent).collect();
            return (
                StatusCode::OK,
                json!({ "object": "list", "data": found, "has_more": false }),
            );
        }
        let id = path.trim_start_matches("/v1/payment_intents/");
        match self.intents.iter().find(|intent| intent["id"] == id) {
            Some(intent) => (StatusCode::OK, intent.clone()),
            None => refused(404, "invalid_request_error", "No such payment_intent", None),
        }
    }

    /// Carries a call out, once per key.
    pub(super) fn write(&mut self, path: &str, body: &str, key: &str) -> Answer {
        let call = format!("{path}?{body}");
        if let Some((known, answer)) = self.answers.get(key) {
            if *known != call {
                return refused(400, "idempotency_error", "Keys are for one request", None);
            }
            return answer.clone();
        }
        let answer = self.carry_out(path, &form(body));
        self.answers.insert(key.to_owned(), (call, answer.clone()));
        answer
    }

    fn carry_out(&mut self, path: &str, form: &Form) -> Answer {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            ["v1", "payment_intents"] => self.create(form),
            ["v1", "payment_intents", id, "capture"] => self.capture(id, form),
            ["v1", "payment_intents", id, "cancel"] => self.cancel(id),
            ["v1", "refunds"] => self.refund(form),
            _ => refused(
                404,
                "invalid_request_error",
                "Unrecognized request URL",
                None,
            ),
        }
    }

    fn create(&mut self, form: &Form) -> Answer {
        let id = self.next("pi");
        let intent = json!({
            "id": id, "object": "payment_intent", "status": "requires_payment_method",
            "amount": units(form, "amount"), "amount_received": 0, "amount_capturable": 0,
            "currency": form["currency"], "capture_method": form["capture_method"],
            "client_secret": format!("{id}_secret"), "latest_charge": null, "last_payment_error": null,
            "metadata": { "payment_id": form["metadata[payment_id]"] },
        });
        self.intents.push(intent.clone());
        self.tell("payment_intent.created", &intent);
        (StatusCode::OK, intent)
    }

    fn capture(&mut self, id: &str, form: &Form) -> Answer {
        let at = self.position(id);
        let intent = &mut self.intents[at];
        if intent["status"] != "requires_capture" {
            return unexpected_state(intent);
        }
        let units = units(form, "amount_to_capture");
        if Some(units) > intent["amount_capturable"].as_i64() {
            return refused(400, "invalid_request_error", "More than was promised", None);
        }
        intent["status"] = json!("succeeded");
        intent["amount_received"] = json!(units);
        intent["amount_capturable"] = json!(0);
        let told = intent.clone();
        self.tell("payment_intent.succeeded", &told);
        (StatusCode::OK, told)
    }

    fn cancel(&mut self, id: &str) -> Answer {
        let at = self.position(id);
        let intent = &mut self.intents[at];
        if ["succeeded", "canceled", "processing"]
            .contains(&intent["status"].as_str().unwrap_or_default())
        {
            return unexpected_state(intent);
        }
        intent["status"] = json!("canceled");
        intent["amount_capturable"] = json!(0);
        let told = intent.clone();
        self.tell("payment_intent.canceled", &told);
        (StatusCode::OK, told)
    }

    fn refund(&mut self, form: &Form) -> Answer {
        let intent = &self.intents[self.position(&form["payment_intent"])];
        let sent: i64 = self
            .refunds
            .iter()
            .filter(|refund| {
                refund["payment_intent"] == intent["id"] && refund["status"] != "failed"
            })
            .filter_map(|refund| refund["amount"].as_i64())
            .sum();
        let units = units(form, "amount");
        if Some(sent + units) > intent["amount_received"].as_i64() {
            return refused(400, "invalid_request_error", "More than was taken", None);
        }
        let status = if self.refunds_take_time {
            "pending"
        } else {
            "succeeded"
        };
        let refund = json!({
            "id": self.next("re"), "object": "refund", "status": status, "amount": units,
            "currency": self.intents[self.position(&form["payment_intent"])]["currency"],
            "payment_intent": form["payment_intent"], "metadata": { "refund_id": form["metadata[refund_id]"] },
        });
        self.refunds.push(refund.clone());
        self.tell("refund.created", &refund);
        (StatusCode::OK, refund)
    }

    fn tell(&mut self, kind: &str, object: &Value) {
        let event = json!({ "id": self.next("evt"), "object": "event", "type": kind, "created": 1_790_000_000,
            "data": { "object": object } });
        self.events.push(event);
    }

    fn position(&self, id: &str) -> usize {
        self.intents
            .iter()
            .position(|intent| intent["id"] == id)
            .unwrap_or_else(|| panic!("no intent {id}"))
    }

    fn next(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}_{}", self.count)
    }
}

fn form(text: &str) -> Form {
    let address = reqwest::Url::parse(&format!("http://form/?{text}")).expect("a form");
    address.query_pairs().into_owned().collect()
}

fn units(form: &Form, name: &str) -> i64 {
    form[name].parse().expect("whole units")
}

fn unexpected_state(intent: &Value) -> Answer {
    refused(
        400,
        "invalid_request_error",
        "The intent is in another state",
        Some(intent),
    )
}

fn refused(status: u16, kind: &str, message: &str, intent: Option<&Value>) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    let mut error = json!({ "type": kind, "message": message });
    if let Some(intent) = intent {
        error["payment_intent"] = intent.clone();
    }
    (status, json!({ "error": error }))
}
