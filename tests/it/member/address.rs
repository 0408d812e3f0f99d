use serde_json::{Value, json};
use tests::{TestApp, both, client::Client};

const CREATE: &str = "mutation($input: MemberAddressCreateInput!) {
    memberAddressCreate(input: $input) { memberAddress { id defaultShipping defaultBilling address { city } } userErrors { code field } } }";
const UPDATE: &str = "mutation($input: MemberAddressUpdateInput!) {
    memberAddressUpdate(input: $input) { memberAddress { id defaultShipping defaultBilling address { city } } userErrors { code field } } }";
const DELETE: &str = "mutation($input: MemberAddressDeleteInput!) {
    memberAddressDelete(input: $input) { deletedId userErrors { code } } }";
const BOOK: &str = "{ viewer { member { addresses { id defaultShipping defaultBilling address { city countryCode phone } } } } }";

fn to(city: &str) -> Value {
    json!({"fullName": "Ada", "streetLine1": "Kai 1", "city": city, "countryCode": "DE"})
}

async fn create(client: &Client, city: &str, shipping: bool, billing: bool) -> String {
    let input = json!({"input": {"memberAddress": {"address": to(city), "defaultShipping": shipping, "defaultBilling": billing}}});
    let data = client.run(CREATE, input).await;
    data["memberAddressCreate"]["memberAddress"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn defaults(client: &Client) -> Value {
    let data = client.run(BOOK, json!({})).await;
    let book = data["viewer"]["member"]["addresses"]
        .as_array()
        .unwrap()
        .clone();
    let marks = book.iter().map(|entry| {
        json!([
            entry["address"]["city"],
            entry["defaultShipping"],
            entry["defaultBilling"]
        ])
    });
    marks.collect()
}

both! {
    async fn a_new_default_takes_the_place_of_the_old_one(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let kiel = create(&ada, "Kiel", true, true).await;
        create(&ada, "Bremen", true, false).await;
        assert_eq!(defaults(&ada).await, json!([["Kiel", false, true], ["Bremen", true, false]]));
        let back = json!({"input": {"memberAddressId": kiel, "memberAddress": {"defaultShipping": true}}});
        let data = ada.run(UPDATE, back).await;
        assert_eq!(data["memberAddressUpdate"]["memberAddress"]["address"]["city"], "Kiel", "the address stays");
        assert_eq!(defaults(&ada).await, json!([["Kiel", true, true], ["Bremen", false, false]]));
        let off = json!({"input": {"memberAddressId": kiel, "memberAddress": {"defaultShipping": false, "address": to("Plön")}}});
        ada.run(UPDATE, off).await;
        assert_eq!(defaults(&ada).await, json!([["Plön", false, true], ["Bremen", false, false]]));
        ada.run(DELETE, json!({"input": {"memberAddressId": kiel}})).await;
        assert_eq!(defaults(&ada).await, json!([["Bremen", false, false]]));
        ada.send(DELETE, json!({"input": {"memberAddressId": kiel}})).await.expect_user_error("NOT_FOUND");
    }

    async fn many_new_defaults_at_once_leave_one(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let cities: Vec<String> = (0..10).map(|number| format!("Town {number}")).collect();
        futures_util::future::join_all(cities.iter().map(|city| create(&ada, city, true, true))).await;
        let book = defaults(&ada).await;
        let marked = |place: usize| book.as_array().unwrap().iter().filter(|entry| entry[place] == true).count();
        assert_eq!((book.as_array().unwrap().len(), marked(1), marked(2)), (10, 1, 1));
    }

    async fn a_bad_address_is_named_by_its_field(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let before = app.fingerprint().await;
        let mut blank = to("Kiel");
        blank["streetLine1"] = json!("  ");
        let error = ada.send(CREATE, json!({"input": {"memberAddress": {"address": blank}}})).await.expect_user_error("INVALID");
        assert_eq!(error["field"], json!(["input", "memberAddress", "address", "streetLine1"]));
        let error = ada.send(CREATE, json!({"input": {"memberAddress": {}}})).await.expect_user_error("INVALID");
        assert_eq!(error["field"], json!(["input", "memberAddress", "address"]));
        assert_eq!(app.fingerprint().await, before);
    }

    async fn the_book_holds_fifty_addresses(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        for number in 0..50 {
            create(&ada, &format!("Town {number}"), false, false).await;
        }
        ada.send(CREATE, json!({"input": {"memberAddress": {"address": to("Kiel")}}})).await.expect_user_error("INVALID");
    }

    async fn an_address_of_somebody_else_reads_as_unknown(app: TestApp) {
        let (ada, bob) = (app.as_member("ada@example.com").await, app.as_member("bob@example.com").await);
        let kiel = create(&ada, "Kiel", true, true).await;
        let before = app.fingerprint().await;
        let change = json!({"input": {"memberAddressId": kiel, "memberAddress": {"address": to("Bremen")}}});
        bob.send(UPDATE, change).await.expect_user_error("NOT_FOUND");
        bob.send(DELETE, json!({"input": {"memberAddressId": kiel}})).await.expect_user_error("NOT_FOUND");
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(bob.run(node, json!({"id": kiel})).await["node"], Value::Null);
        assert_eq!(ada.run(node, json!({"id": kiel})).await["node"]["id"], kiel);
        assert_eq!(app.fingerprint().await, before);
    }
}
