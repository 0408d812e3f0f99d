//! The database schema's history, oldest first. Frozen: a change is a new migration, and no file
//! here looks at `entity` or `domain`, which will have moved on.

#![expect(
    elided_lifetimes_in_paths,
    reason = "`MigrationTrait` elides the lifetime of `SchemaManager`, and its implementations must do the same"
)]

mod ddl;
mod m20261121_000001_create_channel;
mod m20261121_000002_create_catalog;
mod m20261121_000003_create_stock;
mod m20261121_000004_create_settings;
mod m20261121_000005_create_account;
mod m20261121_000006_create_cart;
mod m20261121_000007_create_promotion;
mod m20261121_000008_create_order;
mod m20261121_000009_create_promotion_use;
mod m20261121_000010_create_points;
mod m20261121_000011_create_payment;
mod m20261121_000012_create_fulfillment;
mod m20261121_000013_create_operation;
mod m20261121_000014_create_search;
mod m20261122_000001_add_imported_figure;
mod m20261122_000002_extend_promotion;
mod m20261122_000010_add_order_line_gift;
mod m20261122_000020_create_member_tier;
mod m20261122_000021_create_segment;
mod m20261122_000022_extend_points;
mod m20261122_000023_create_points_adjustment;
mod m20261122_000029_create_price_list;
mod m20261122_000030_create_job;
mod m20261122_000040_approve_promotion;
mod m20261122_000041_create_flash_sale;
mod m20261122_000042_add_promotion_stage;
mod m20261122_000050_split_refund;
mod m20261122_000060_create_job_file_part;
mod m20261122_000061_create_coupon_grant;
mod m20261122_000062_create_points_capped_event;
mod m20261122_000063_create_member_group;
mod m20261122_000070_create_credit;
mod m20261122_000071_add_gift_card_job;
mod m20261122_000080_create_after_sale;
mod m20261122_000081_extend_fulfillment;
mod m20261122_000090_propose_order;
mod m20261122_000091_approve_order;
mod m20261122_000100_extend_price_list;
mod m20261122_000101_choose_payment_and_gifts;
mod m20261122_000110_change_order;
mod m20261122_000120_add_stripe;
mod m20261122_000130_create_event;
mod m20261122_000131_create_webhook;
mod m20261122_000140_keep_price_source;
mod m20261122_000141_keep_promotion_settings;
mod m20261122_000150_count_redeemed_coupons;
mod m20261122_000151_exempt_member;
mod m20261123_000010_add_payment_inquiry;
mod m20261123_000011_add_alipay;
mod m20261123_000012_approve_refund;
mod m20261123_000013_take_refunds_back;
mod m20261123_000014_keep_unmatched_payments;
mod m20261123_000015_add_wechat_pay;
mod m20261123_000020_reserve_stock;
mod m20261123_000021_route_orders;
mod m20261123_000030_stop_coupon_template;
mod m20261123_000031_reach_tiers_by_growth;
mod m20261123_000040_create_invoice;
mod m20261124_000010_open_accounts;
mod m20261124_000011_approve_case_refund;
mod m20261124_000012_tell_unsettled;
mod m20261124_000020_create_stock_check;
mod m20261124_000021_expect_backorder;
mod m20261124_000030_know_points_by_rule;
mod m20261124_000031_keep_ledgers;
mod m20261124_000032_keep_price_validity;
mod m20261124_000050_create_audit_entry;
mod m20261125_000010_index_outbox;
mod m20261126_000010_create_bundle;
mod m20261126_000040_grant_grace;
mod m20261126_000041_tell_of_lapsing_points;
mod m20261127_000010_create_stock_alert;
mod m20261127_000020_know_abandoned_carts;
mod m20261127_000030_create_presale;
mod m20261127_000040_pay_inside_wechat;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

/// Brings a database to the newest schema, or back.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_create_channel::Migration),
            Box::new(m20261121_000002_create_catalog::Migration),
            Box::new(m20261121_000003_create_stock::Migration),
            Box::new(m20261121_000004_create_settings::Migration),
            Box::new(m20261121_000005_create_account::Migration),
            Box::new(m20261121_000006_create_cart::Migration),
            Box::new(m20261121_000007_create_promotion::Migration),
            Box::new(m20261121_000008_create_order::Migration),
            Box::new(m20261121_000009_create_promotion_use::Migration),
            Box::new(m20261121_000010_create_points::Migration),
            Box::new(m20261121_000011_create_payment::Migration),
            Box::new(m20261121_000012_create_fulfillment::Migration),
            Box::new(m20261121_000013_create_operation::Migration),
            Box::new(m20261121_000014_create_search::Migration),
            Box::new(m20261122_000001_add_imported_figure::Migration),
            Box::new(m20261122_000002_extend_promotion::Migration),
            Box::new(m20261122_000010_add_order_line_gift::Migration),
            Box::new(m20261122_000020_create_member_tier::Migration),
            Box::new(m20261122_000021_create_segment::Migration),
            Box::new(m20261122_000022_extend_points::Migration),
            Box::new(m20261122_000023_create_points_adjustment::Migration),
            Box::new(m20261122_000029_create_price_list::Migration),
            Box::new(m20261122_000030_create_job::Migration),
            Box::new(m20261122_000040_approve_promotion::Migration),
            Box::new(m20261122_000041_create_flash_sale::Migration),
            Box::new(m20261122_000042_add_promotion_stage::Migration),
            Box::new(m20261122_000050_split_refund::Migration),
            Box::new(m20261122_000060_create_job_file_part::Migration),
            Box::new(m20261122_000061_create_coupon_grant::Migration),
            Box::new(m20261122_000062_create_points_capped_event::Migration),
            Box::new(m20261122_000063_create_member_group::Migration),
            Box::new(m20261122_000070_create_credit::Migration),
            Box::new(m20261122_000071_add_gift_card_job::Migration),
            Box::new(m20261122_000080_create_after_sale::Migration),
            Box::new(m20261122_000081_extend_fulfillment::Migration),
            Box::new(m20261122_000090_propose_order::Migration),
            Box::new(m20261122_000091_approve_order::Migration),
            Box::new(m20261122_000100_extend_price_list::Migration),
            Box::new(m20261122_000101_choose_payment_and_gifts::Migration),
            Box::new(m20261122_000110_change_order::Migration),
            Box::new(m20261122_000120_add_stripe::Migration),
            Box::new(m20261122_000130_create_event::Migration),
            Box::new(m20261122_000131_create_webhook::Migration),
            Box::new(m20261122_000140_keep_price_source::Migration),
            Box::new(m20261122_000141_keep_promotion_settings::Migration),
            Box::new(m20261122_000150_count_redeemed_coupons::Migration),
            Box::new(m20261122_000151_exempt_member::Migration),
            Box::new(m20261123_000010_add_payment_inquiry::Migration),
            Box::new(m20261123_000011_add_alipay::Migration),
            Box::new(m20261123_000012_approve_refund::Migration),
            Box::new(m20261123_000013_take_refunds_back::Migration),
            Box::new(m20261123_000014_keep_unmatched_payments::Migration),
            Box::new(m20261123_000015_add_wechat_pay::Migration),
            Box::new(m20261123_000020_reserve_stock::Migration),
            Box::new(m20261123_000021_route_orders::Migration),
            Box::new(m20261123_000030_stop_coupon_template::Migration),
            Box::new(m20261123_000031_reach_tiers_by_growth::Migration),
            Box::new(m20261123_000040_create_invoice::Migration),
            Box::new(m20261124_000010_open_accounts::Migration),
            Box::new(m20261124_000011_approve_case_refund::Migration),
            Box::new(m20261124_000012_tell_unsettled::Migration),
            Box::new(m20261124_000020_create_stock_check::Migration),
            Box::new(m20261124_000021_expect_backorder::Migration),
            Box::new(m20261124_000030_know_points_by_rule::Migration),
            Box::new(m20261124_000031_keep_ledgers::Migration),
            Box::new(m20261124_000032_keep_price_validity::Migration),
            Box::new(m20261124_000050_create_audit_entry::Migration),
            Box::new(m20261125_000010_index_outbox::Migration),
            Box::new(m20261126_000010_create_bundle::Migration),
            Box::new(m20261126_000040_grant_grace::Migration),
            Box::new(m20261126_000041_tell_of_lapsing_points::Migration),
            Box::new(m20261127_000010_create_stock_alert::Migration),
            Box::new(m20261127_000020_know_abandoned_carts::Migration),
            Box::new(m20261127_000030_create_presale::Migration),
            Box::new(m20261127_000040_pay_inside_wechat::Migration),
        ]
    }
}
