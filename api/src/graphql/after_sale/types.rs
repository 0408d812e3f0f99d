use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::after_sale::case_actions;
use domain::id::AfterSaleId;
use domain::order::Asker;
use domain::permission::Permission;
use entity::{after_sale, after_sale_photo, media};

use super::enums::{AfterSaleKind, AfterSaleReason, AfterSaleResolution, AfterSaleStatus};
use super::line::AfterSaleLine;
use super::loader::{CaseLinesOf, PhotosOf, ViewOf};
use crate::graphql::catalog::Media;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::fulfillment::{self, Fulfillment, Tracking};
use crate::graphql::limits::meter::Metered;
use crate::graphql::order::{Action, Order, actions};
use crate::graphql::payment::{self, Refund, RefundBreakdown, RefundRequest};
use crate::graphql::scalar::DateTime;
use crate::service::after_sale::query::CaseView;
use crate::service::order::{Access, approval};

/// A return, exchange or claim.
#[derive(Clone, Debug)]
pub struct AfterSale {
    row: after_sale::Model,
    access: Access,
}

connection!(AfterSaleConnection, AfterSaleEdge, AfterSale, "The case.");

impl AfterSale {
    /// Shows a case in the capacity in which the viewer may see it.
    #[must_use]
    pub fn new(row: after_sale::Model, access: Access) -> Self {
        Self { row, access }
    }

    async fn view(&self, ctx: &Context<'_>) -> Result<Arc<CaseView>> {
        let view = ctx
            .loaders()?
            .load_one(ViewOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?;
        view.ok_or_else(|| top_level(&crate::error::Error::internal("a case is missing")))
    }
}

/// A return, exchange or claim.
#[Object]
impl AfterSale {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        AfterSaleId(self.row.id).to_string().into()
    }
    /// Number to show.
    fn number(&self) -> &str {
        &self.row.number
    }
    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order> {
        Order::load(ctx, self.row.order_id, self.access).await
    }
    /// What is wanted.
    fn kind(&self) -> AfterSaleKind {
        self.row.kind.0.into()
    }
    /// Where it stands.
    fn status(&self) -> AfterSaleStatus {
        self.row.status.0.into()
    }
    /// Why.
    fn reason(&self) -> AfterSaleReason {
        self.row.reason.0.into()
    }
    /// Words of the buyer.
    fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }
    /// Photos, at most 9.
    async fn photos(&self, ctx: &Context<'_>) -> Result<Vec<Media>> {
        let rows = ctx
            .loaders()?
            .load_one(PhotosOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        Ok(rows.iter().filter_map(photo).collect())
    }
    /// Units.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<AfterSaleLine>> {
        let rows = ctx
            .loaders()?
            .load_one(CaseLinesOf(self.row.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(rows.len())?;
        let show = |row| AfterSaleLine::new(row, self.row.order_id);
        Ok(rows.iter().cloned().map(show).collect())
    }
    /// What will or did go back; an estimate until inspected. Nothing where other goods are sent.
    async fn breakdown(&self, ctx: &Context<'_>) -> Result<RefundBreakdown> {
        if let Some(refund_id) = self.row.refund_id {
            let refund = payment::load_refund(ctx, refund_id, self.access).await?;
            return Ok(refund.into_breakdown());
        }
        let view = self.view(ctx).await?;
        Ok(RefundBreakdown::Previewed(Box::new(view.preview.clone())))
    }
    /// How it is made good, once the goods were examined.
    fn resolution(&self) -> Option<AfterSaleResolution> {
        self.row.resolution.map(|resolution| resolution.0.into())
    }
    /// How the goods travel back.
    fn tracking(&self) -> Option<Tracking> {
        Tracking::of(
            self.row.carrier.as_deref(),
            self.row.tracking_number.as_deref(),
            self.row.tracking_url.as_deref(),
        )
    }
    /// Words of the shop, such as why it declined.
    fn answer(&self) -> Option<&str> {
        self.row.answer.as_deref()
    }
    /// What people have or had to approve to pay it out, null if nobody has to. Needs permission REFUND_WRITE.
    async fn refund_request(&self, ctx: &Context<'_>) -> Option<Result<RefundRequest>> {
        let case = (self.row.order_id, self.row.id);
        payment::request_of_case(ctx, case).await.transpose()
    }
    /// The refund. Yours, or needs permission PAYMENT_READ.
    async fn refund(&self, ctx: &Context<'_>) -> Option<Result<Refund>> {
        let id = self.row.refund_id?;
        let refund = async {
            if !self.access.is_buyer() {
                let allowed = ctx.viewer()?.require(Permission::PaymentRead);
                allowed.map_err(|error| top_level(&error))?;
            }
            payment::load_refund(ctx, id, self.access).await
        };
        Some(refund.await)
    }
    /// What was sent instead: the newest parcel that was not called off.
    async fn replacement(&self, ctx: &Context<'_>) -> Option<Result<Fulfillment>> {
        let order_id = self.row.replacement_order_id?;
        let parcels = fulfillment::fulfillments_of(ctx, order_id, self.access).await;
        parcels
            .map(|parcels| parcels.into_iter().rev().find(Fulfillment::is_live))
            .transpose()
    }
    /// Send the goods before this.
    fn return_before(&self) -> Option<DateTime> {
        self.row.return_before.map(DateTime)
    }
    /// What you may do now.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let facts = self.view(ctx).await?.facts;
        let viewer = ctx.viewer()?;
        let may = |permission| viewer.may(permission);
        let asker = Asker {
            is_buyer: self.access.is_buyer(),
            person: approval::person(viewer),
            may: &may,
        };
        Ok(actions(case_actions(facts, asker)))
    }
    /// When it was asked for.
    fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }
    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.row.updated_at)
    }
}

fn photo(row: &after_sale_photo::Model) -> Option<Media> {
    Media::of(&media::Model {
        id: row.id,
        product_id: None,
        variant_id: None,
        position: row.position,
        url: row.url.clone(),
        alt: row.alt.clone(),
        content_type: row.content_type.clone(),
        width: None,
        height: None,
    })
}
