//! What after-sale cases give back. An estimate and the refund itself are planned by the same function from the same facts.

use std::collections::HashMap;

use domain::Money;
use domain::after_sale::{Asked, give_back};
use domain::order::refund::{RefundPlan, RefundWish};
use entity::order::Model as Order;
use entity::payment::{Column, Entity};
use entity::refund::Model;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::{self, Books};
use super::approval;
use super::create::{self, RefundPreview, ways};
use super::facts::Facts;
use super::write::{self, Decided};
use crate::error::Error;
use crate::service::coupon;
use crate::state::AppState;

/// What a case of a locked order gives back, not written down yet.
pub(crate) struct CaseRefund {
    books: Books,
    facts: Facts,
    plan: RefundPlan,
}

impl CaseRefund {
    /// Plans what a case gives back now; the caller has locked the order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn plan(
        transaction: &DatabaseTransaction,
        order: &Order,
        asked: &Asked,
    ) -> Result<Self, PaymentError> {
        let payments = ledger::lock_all(transaction, order).await?;
        let facts = Facts::load(transaction, order, &payments).await?;
        let plan = give_back(&facts.left, asked)?;
        let order = order.clone();
        Ok(Self {
            books: Books { order, payments },
            facts,
            plan,
        })
    }

    /// What it is worth to the buyer: what goes back, and what is owed less.
    ///
    /// # Errors
    /// When the sum is too large.
    pub(crate) fn worth(&self) -> Result<Money, PaymentError> {
        approval::value(&self.plan)
    }

    /// Lets it wait if people have to approve it first; answers whether it does.
    ///
    /// # Errors
    /// When a row cannot be written.
    pub(crate) async fn waits(
        &self,
        app: &AppState,
        transaction: &DatabaseTransaction,
        case_id: Uuid,
        decided: Decided<'_>,
    ) -> Result<bool, PaymentError> {
        let levels = approval::needed(app, transaction, &self.books, &self.plan).await?;
        if levels == 0 {
            return Ok(false);
        }
        let earlier = approval::find_of_case(transaction, case_id).await?;
        let worth = self.worth()?;
        if earlier.is_some_and(|earlier| earlier.amount_minor == worth.minor) {
            return Ok(true);
        }
        let units = self.plan.lines.iter().map(|line| (line.id, line.units));
        let asked = create::Asked {
            id: decided.id,
            after_sale_id: Some(case_id),
            wish: RefundWish {
                lines: units.collect(),
                shipping: None,
                extra: None,
            },
            to_store_credit: false,
            reason: decided.reason,
            actor: decided.actor,
        };
        let waits = (&self.plan, levels);
        approval::ask(app, transaction, &self.books, &asked, waits).await?;
        Ok(true)
    }

    /// Money that goes back.
    pub(crate) fn total(&self) -> Money {
        self.plan.total
    }

    /// Writes the refund down as `id` and plans its sending. The caller saves the order's row.
    ///
    /// # Errors
    /// When a row cannot be written.
    pub(crate) async fn write(
        mut self,
        app: &AppState,
        transaction: &DatabaseTransaction,
        order: &mut Order,
        decided: Decided<'_>,
    ) -> Result<Model, PaymentError> {
        let transfers = self.facts.spread(self.plan.total)?;
        let planned = (
            self.facts.steps.as_slice(),
            &self.plan,
            transfers.as_slice(),
        );
        let books = &mut self.books;
        let refund = write::carry_out(app, transaction, books, planned, decided).await?;
        books.bring_in_line(order)?;
        Ok(refund)
    }
}

/// Tells what cases, each `(id, order, asked)`, would give back now; the orders are read once for all of them.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn preview_cases<C: ConnectionTrait>(
    connection: &C,
    orders: &[Order],
    cases: &[(Uuid, Uuid, Asked)],
) -> Result<HashMap<Uuid, RefundPreview>, PaymentError> {
    let payments = Entity::find()
        .filter(Column::OrderId.is_in(orders.iter().map(|order| order.id)))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let facts = Facts::load_all(connection, &orders.iter().collect::<Vec<_>>(), &payments).await?;
    let mut previews = HashMap::new();
    for (id, order_id, asked) in cases {
        let order = orders.iter().find(|order| order.id == *order_id);
        let (Some(order), Some(facts)) = (order, facts.get(order_id)) else {
            return Err(Error::internal("a case without its order").into());
        };
        let plan = give_back(&facts.left, asked)?;
        let preview = RefundPreview {
            ways: ways(&facts.spread(plan.total)?),
            steps: write::steps(order, &plan, &facts.steps)?,
            coupon_codes: Vec::new(),
            order: order.clone(),
            plan,
        };
        previews.insert(*id, preview);
    }
    let gives_coupons =
        |preview: &&mut RefundPreview| write::gives_coupons_back(&preview.order, &preview.plan);
    let mut last: Vec<&mut RefundPreview> = previews.values_mut().filter(gives_coupons).collect();
    if !last.is_empty() {
        let ids: Vec<Uuid> = last.iter().map(|preview| preview.order.id).collect();
        let codes = coupon::restorable_codes(connection, &ids).await?;
        for preview in &mut last {
            preview.coupon_codes = codes.get(&preview.order.id).cloned().unwrap_or_default();
        }
    }
    Ok(previews)
}
