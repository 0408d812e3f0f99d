use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{cart, ordered, read};
use tests::{TestApp, both};

const EXEMPT: &str =
    "mutation($input: MemberTaxExemptionSetInput!) { memberTaxExemptionSet(input: $input) {
    member { taxExemption } userErrors { code field } } }";
const CART: &str = "query($id: ID!) { cart(id: $id) { taxExemption
    cost { subtotal { amount } shippingTotal { amount } taxTotal { amount } total { amount } } problems { code } } }";

both! {
    async fn a_member_freed_of_tax_pays_net_prices_until_that_ends(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let rates = "mutation($input: TaxRatesUpsertInput!) { taxRatesUpsert(input: $input) { userErrors { code } } }";
        let vat = json!({ "code": "DE", "name": "MwSt", "taxClass": "standard", "percent": "25" });
        owner.run(rates, json!({ "input": { "taxRates": [vat] } })).await;
        let ada = app.as_member("ada@members.test").await;
        let free = async |number: Value| {
            let input = json!({ "memberId": ada.account_id(), "taxExemption": number });
            owner.run(EXEMPT, json!({ "input": input })).await["memberTaxExemptionSet"]["member"]["taxExemption"].clone()
        };
        let costs = |exemption: Value, [subtotal, shipping, tax, total]: [&str; 4]| json!({ "taxExemption": exemption, "problems": [],
            "cost": { "subtotal": { "amount": subtotal }, "shippingTotal": { "amount": shipping }, "taxTotal": { "amount": tax }, "total": { "amount": total } } });
        let mine = cart(&ada, &shop, &goods, 2).await;
        let seen = async || ada.run(CART, json!({ "id": mine.id })).await["cart"].clone();
        assert_eq!(seen().await, costs(Value::Null, ["20.00", "4.90", "4.98", "24.90"]));
        assert_eq!(free(json!(" DE123456789 ")).await, "DE123456789");
        assert_eq!(seen().await, costs(json!("DE123456789"), ["16.00", "3.92", "0.00", "19.92"]));
        // Two more join the two in her cart.
        let mine = cart(&ada, &shop, &goods, 2).await;
        let order = ordered(&app, &ada, &mine).await;
        free(Value::Null).await;
        let placed = read(&ada, &order, "taxExemption cost { taxTotal { amount } total { amount } } lines { cost { unitPrice { amount } } }").await;
        assert_eq!(placed, json!({ "taxExemption": "DE123456789", "cost": { "taxTotal": { "amount": "0.00" }, "total": { "amount": "35.92" } },
            "lines": [{ "cost": { "unitPrice": { "amount": "8.00" } } }] }));
        let later = cart(&ada, &shop, &goods, 2).await;
        let later = ada.run(CART, json!({ "id": later.id })).await["cart"].clone();
        assert_eq!(later, costs(Value::Null, ["20.00", "4.90", "4.98", "24.90"]));
    }

    async fn a_bad_number_changes_nothing(app: TestApp) {
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let before = app.fingerprint().await;
        for number in ["", " ", "a\nb", &"1".repeat(51)] {
            let input = json!({ "memberId": ada.account_id(), "taxExemption": number });
            let refused = owner.send(EXEMPT, json!({ "input": input })).await;
            assert_eq!(refused.expect_user_error("INVALID")["field"], json!(["input", "taxExemption"]));
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
