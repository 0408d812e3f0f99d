//! Who may do what with promotions and coupons: staff with the permission, nobody else.

use serde_json::{Value, json};
use tests::authorization::Expected::{Allowed, Hidden, TopError};
use tests::authorization::{Row, World};

use super::{open_code, running, staff, template};

async fn promotion(world: &World) -> Value {
    running(&world.owner, json!({ "couponRequired": true })).await["id"].clone()
}

async fn draft(world: &World) -> Value {
    let input = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "freeShipping": {} }] });
    let made = staff(
        &world.owner,
        "promotionCreate",
        "promotion { id }",
        json!({ "promotion": input }),
    )
    .await;
    made["promotion"]["id"].clone()
}

/// A job of the owner's.
async fn job_id(world: World) -> Value {
    let input = json!({ "couponTemplateId": claimable(&world).await, "count": 1, "idempotencyKey": code(&world) });
    let started = staff(&world.owner, "couponCodesGenerate", "job { id }", input).await;
    json!({ "id": started["job"]["id"] })
}

/// A template that members may claim: then everybody sees it, and only its fields are at stake.
async fn claimable(world: &World) -> Value {
    template(&world.owner, json!({ "issueLimit": 5, "claimable": true })).await
}

/// A job that gave up.
async fn failed(world: &World) -> Value {
    let input = json!({ "filter": {} });
    let started =
        staff(&world.owner, "couponCodesExport", "job { id }", input).await["job"]["id"].clone();
    super::export::fail(&world.app, &started).await;
    started
}

fn code(world: &World) -> String {
    format!("CODE-{}", world.app.clock().new_id().simple())
}

/// A field of the newest template, for staff who may read coupons.
fn of_template(subject: &'static str, document: &'static str) -> Row {
    Row::new(subject, document)
        .needs("COUPON_READ")
        .variables(|world| async move {
            claimable(&world).await;
            json!({})
        })
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "promotionCreate",
            "mutation($input: PromotionCreateInput!) { promotionCreate(input: $input) { promotion { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|_| async {
            json!({ "input": { "promotion": { "name": "Sale", "label": "Sale", "rewards": [{ "freeShipping": {} }] } } })
        }),
        Row::new(
            "promotionUpdate",
            "mutation($input: PromotionUpdateInput!) { promotionUpdate(input: $input) { promotion { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|world| async move { json!({ "input": { "promotionId": promotion(&world).await, "promotion": { "label": "New" } } }) }),
        Row::new(
            "promotionActivate",
            "mutation($input: PromotionActivateInput!) { promotionActivate(input: $input) { promotion { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|world| async move { json!({ "input": { "promotionId": promotion(&world).await } }) }),
        Row::new(
            "promotionPause",
            "mutation($input: PromotionPauseInput!) { promotionPause(input: $input) { promotion { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|world| async move { json!({ "input": { "promotionId": promotion(&world).await } }) }),
        Row::new(
            "promotionArchive",
            "mutation($input: PromotionArchiveInput!) { promotionArchive(input: $input) { promotion { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|world| async move {
            let paused = json!({ "promotionId": promotion(&world).await });
            staff(&world.owner, "promotionPause", "promotion { id }", paused.clone()).await;
            json!({ "input": paused })
        }),
        Row::new(
            "promotionApprovalRequest",
            "mutation($input: PromotionApprovalRequestInput!) {
                promotionApprovalRequest(input: $input) { promotion { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|world| async move { json!({ "input": { "promotionId": draft(&world).await } }) }),
        Row::new(
            "promotionApprovalRespond",
            "mutation($input: PromotionApprovalRespondInput!) {
                promotionApprovalRespond(input: $input) { promotion { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|world| async move {
            let asked = json!({ "promotionId": draft(&world).await });
            staff(&world.owner, "promotionApprovalRequest", "promotion { id }", asked.clone()).await;
            json!({ "input": { "promotionId": asked["promotionId"], "decision": "ACCEPT", "expectedVersion": 2 } })
        }),
        Row::new(
            "couponTemplateCreate",
            "mutation($input: CouponTemplateCreateInput!) {
                couponTemplateCreate(input: $input) { couponTemplate { id } userErrors { code } } }",
        )
        .needs("COUPON_WRITE")
        .variables(|world| async move {
            json!({ "input": { "couponTemplate": { "label": "Ten off", "promotionId": promotion(&world).await } } })
        }),
        Row::new(
            "couponTemplateUpdate",
            "mutation($input: CouponTemplateUpdateInput!) {
                couponTemplateUpdate(input: $input) { couponTemplate { id } userErrors { code } } }",
        )
        .needs("COUPON_WRITE")
        .variables(|world| async move {
            json!({ "input": { "couponTemplateId": claimable(&world).await, "couponTemplate": { "label": "New" } } })
        }),
        Row::new(
            "couponTemplateStop",
            "mutation($input: CouponTemplateStopInput!) {
                couponTemplateStop(input: $input) { couponTemplate { id } userErrors { code } } }",
        )
        .needs("COUPON_WRITE")
        .variables(|world| async move {
            let key = code(&world);
            json!({ "input": { "couponTemplateId": claimable(&world).await, "revokeReason": "over", "idempotencyKey": key } })
        }),
        Row::new("couponCreate", "mutation($input: CouponCreateInput!) { couponCreate(input: $input) { coupons { id } userErrors { code } } }")
            .needs("COUPON_WRITE")
            .variables(|world| async move {
                let code = code(&world);
                json!({ "input": { "couponTemplateId": claimable(&world).await, "code": code, "idempotencyKey": code } })
            }),
        Row::new("couponRevoke", "mutation($input: CouponRevokeInput!) { couponRevoke(input: $input) { coupon { id } userErrors { code } } }")
            .needs("COUPON_WRITE")
            .variables(|world| async move {
                let coupon = open_code(&world.owner, &code(&world), json!({})).await;
                json!({ "input": { "couponId": coupon["id"], "reason": "leaked" } })
            }),
        Row::new(
            "couponCodesGenerate",
            "mutation($input: CouponCodesGenerateInput!) { couponCodesGenerate(input: $input) { job { id } userErrors { code } } }",
        )
        .needs("COUPON_WRITE")
        .variables(|world| async move {
            json!({ "input": { "couponTemplateId": claimable(&world).await, "count": 1, "idempotencyKey": code(&world) } })
        }),
        Row::new(
            "couponCodesExport",
            "mutation($input: CouponCodesExportInput!) { couponCodesExport(input: $input) { job { id } userErrors { code } } }",
        )
        .needs("COUPON_READ")
        .variables(|_| async { json!({ "input": { "filter": {} } }) }),
        Row::new("jobRetry", "mutation($input: JobRetryInput!) { jobRetry(input: $input) { job { id } userErrors { code } } }")
            .needs("JOB_WRITE")
            .variables(|world| async move { json!({ "input": { "jobId": failed(&world).await } }) }),
        Row::new("Query.job", "query($id: ID!) { job(id: $id) { id } }")
            .permission("JOB_READ")
            .expects([Hidden, Hidden, Hidden, Hidden, Allowed])
            .variables(job_id),
        Row::new("Subscription.jobProgress", "subscription($id: ID!) { jobProgress(id: $id) { id } }")
            .permission("JOB_READ")
            .expects([Hidden, Hidden, Hidden, Hidden, Allowed])
            .variables(job_id),
        Row::new("Query.jobs", "{ jobs { nodes { id } } }").needs("JOB_READ"),
        Row::new("couponClaim", "mutation($input: CouponClaimInput!) { couponClaim(input: $input) { coupon { id } userErrors { code } } }")
            .expects([
                TopError("UNAUTHENTICATED"),
                Allowed,
                Allowed,
                // Staff have no wallet.
                TopError("UNAUTHENTICATED"),
                TopError("UNAUTHENTICATED"),
            ])
            .variables(|world| async move { json!({ "input": { "couponTemplateId": claimable(&world).await } }) }),
        Row::new("Query.promotion", "query($id: ID!) { promotion(id: $id) { id } }")
            .needs("PROMOTION_READ")
            .variables(|world| async move { json!({ "id": promotion(&world).await }) }),
        Row::new("Query.promotions", "{ promotions { nodes { id } } }").needs("PROMOTION_READ"),
        Row::new("Query.promotionSimulate", "{ promotionSimulate(input: { lines: [] }) { cost { total { amount } } } }").needs("PROMOTION_READ"),
        Row::new("Query.coupons", "{ coupons { nodes { id } } }").needs("COUPON_READ"),
        Row::new("Query.couponTemplates", "{ couponTemplates { nodes { id } } }").permission("COUPON_READ"),
        of_template("CouponTemplate.issueLimit", "{ couponTemplates(first: 1) { nodes { issueLimit } } }"),
        of_template("CouponTemplate.issuedCount", "{ couponTemplates(first: 1) { nodes { issuedCount } } }"),
        of_template("CouponTemplate.redeemedCount", "{ couponTemplates(first: 1) { nodes { redeemedCount } } }"),
        of_template("CouponTemplate.promotion", "{ couponTemplates(first: 1) { nodes { promotion { id } } } }").expects([
            TopError("UNAUTHENTICATED"),
            TopError("FORBIDDEN"),
            TopError("FORBIDDEN"),
            TopError("FORBIDDEN"),
            // To see coupons is not to see the rules behind them.
            TopError("FORBIDDEN"),
        ]),
        Row::new("Member.coupons", "{ viewer { member { coupons { nodes { id } } } } }")
            .expects([Hidden, Allowed, Allowed, Hidden, Hidden]),
    ]
}
