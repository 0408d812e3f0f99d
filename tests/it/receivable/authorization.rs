use serde_json::json;
use tests::authorization::Expected::{Allowed, Hidden, TopError};
use tests::authorization::Row;
use tests::checkout::key;

use super::SET;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "paymentTermsSet",
            "mutation($input: PaymentTermsSetInput!) { paymentTermsSet(input: $input) { userErrors { code } } }",
        )
        .needs("PAYMENT_WRITE")
        .variables(|world| async move {
            let limit = json!({ "amount": "10.00", "currencyCode": "EUR" });
            json!({ "input": { "memberId": world.member.account_id(), "creditLimit": limit, "idempotencyKey": key(&world.app) } })
        }),
        Row::new("Query.receivables", "{ receivables { nodes { id } } }").needs("PAYMENT_READ"),
        Row::new("Query.receivableAgeing", "{ receivableAgeing { ages { age } } }").needs("PAYMENT_READ"),
        Row::new("Member.paymentTerms", "query($id: ID!) { node(id: $id) { ... on Member { paymentTerms { daysToPay } } } }")
            .permission("MEMBER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, TopError("FORBIDDEN")])
            .variables(|world| async move {
                let limit = json!({ "amount": "10.00", "currencyCode": "EUR" });
                let input = json!({ "memberId": world.member.account_id(), "creditLimit": limit, "idempotencyKey": key(&world.app) });
                world.owner.run(SET, json!({ "input": input })).await;
                json!({ "id": world.member.account_id() })
            }),
    ]
}
