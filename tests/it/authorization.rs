//! Walks every mutation and every private field of the schema: each must have a row, and each row must hold.

use std::collections::BTreeSet;

use tests::{
    TestApp,
    authorization::{Row, World, subjects},
    both,
    sdl::Sdl,
};

use crate::{cart, points, promotion, search};

/// The rows of all areas.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(cart::authorization::rows());
    rows.extend(points::authorization::rows());
    rows.extend(promotion::authorization::rows());
    rows.extend(search::authorization::rows());
    rows.extend(crate::order::authorization::rows());
    rows.extend(crate::payment::authorization::rows());
    rows.extend(crate::receivable::authorization::rows());
    rows.extend(crate::fulfillment::authorization::rows());
    rows.extend(crate::after_sale::authorization::rows());
    rows.extend(crate::invoice::authorization::rows());
    rows.extend(crate::member::authorization::rows());
    rows.extend(crate::staff::authorization::rows());
    rows.extend(crate::catalog::authorization::rows());
    rows.extend(crate::settings::authorization::rows());
    rows.extend(crate::inventory::authorization::rows());
    rows.extend(crate::tier::authorization::rows());
    rows.extend(crate::price_list::rows());
    rows.extend(crate::flash_sale::rows());
    rows.extend(crate::segment::authorization::rows());
    rows.extend(crate::group::authorization::rows());
    rows.extend(crate::credit::authorization::rows());
    rows.extend(crate::event::rows());
    rows.extend(crate::webhook::rows());
    rows
}

#[test]
fn every_mutation_and_private_field_has_a_row() {
    let needed: BTreeSet<String> = subjects(&Sdl::parse(&api::graphql::sdl()))
        .into_iter()
        .collect();
    let present: BTreeSet<String> = rows().iter().map(|row| row.subject().to_owned()).collect();
    let missing: Vec<&String> = needed.difference(&present).collect();
    let unknown: Vec<&String> = present.difference(&needed).collect();
    assert!(missing.is_empty(), "without a row: {missing:#?}");
    assert!(
        unknown.is_empty(),
        "rows about what the schema does not have, or does not call private: {unknown:#?}"
    );
}

both! {
    async fn every_row_holds_for_its_five_callers(app: TestApp) {
        let world = World::prepare(&app).await;
        let mut findings = Vec::new();
        for row in rows() {
            findings.extend(row.check(&world).await);
        }
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
