//! Creates or changes ways to pay by code.

use std::collections::BTreeMap;

use domain::locale::Locale;
use domain::order::payment::PaymentProvider;
use domain::permission::Permission;
use entity::payment_method;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use super::error::SettingsError;
use super::field::{Patch, assign, code, distinct, name, needed_name, translations};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// Longest instructions, in characters.
const MAX_INSTRUCTIONS: usize = 2000;

/// A way to pay to create or change.
#[derive(Clone, Debug)]
pub struct PaymentMethodPatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Who moves the money; needed when new, fixed then.
    pub provider: Option<PaymentProvider>,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Names in other languages.
    pub translations: Option<BTreeMap<Locale, String>>,
    /// What the buyer has to do, such as where to send the money.
    pub instructions: Patch<String>,
    /// Place in the list.
    pub position: Option<i32>,
    /// Whether it is offered.
    pub active: Option<bool>,
}

/// Creates or changes ways to pay; all or none are written.
///
/// # Errors
/// [`Error::Forbidden`] without `SHOP_WRITE`, [`Error::Invalid`] for a bad or missing value.
pub async fn upsert_payment_methods(
    app: &AppState,
    viewer: &Viewer,
    methods: &[PaymentMethodPatch],
) -> Result<Vec<payment_method::Model>, SettingsError> {
    viewer.require(Permission::ShopWrite)?;
    distinct(
        "paymentMethods",
        methods.iter().map(|method| method.code.as_str()),
    )?;
    app.database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let mut written = Vec::with_capacity(methods.len());
            for (index, method) in methods.iter().enumerate() {
                written.push(upsert(app, viewer, &transaction, index, method.clone()).await?);
            }
            transaction.commit().await?;
            Ok(written)
        })
        .await
}

async fn upsert(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    index: usize,
    patch: PaymentMethodPatch,
) -> Result<payment_method::Model, SettingsError> {
    let index = index.to_string();
    let field = |name| ["paymentMethods", index.as_str(), name];
    let code = code(&patch.code, &field("code"))?;
    let existing = payment_method::Entity::find()
        .filter(payment_method::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(payment_method::COLUMN.code.eq(code.as_str()))
        .one(transaction)
        .await?;
    let names = patch
        .translations
        .map(|texts| translations(texts, &field("translations")))
        .transpose()?;
    let instructions = patch.instructions.map(|text| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    });
    if instructions
        .iter()
        .flatten()
        .any(|text| text.chars().count() > MAX_INSTRUCTIONS)
    {
        return Err(Error::invalid(
            &field("instructions"),
            format!("at most {MAX_INSTRUCTIONS} characters"),
        )
        .into());
    }
    if let Some(row) = existing {
        if patch
            .provider
            .is_some_and(|provider| provider != row.provider.0)
        {
            return Err(Error::invalid(
                &field("provider"),
                "the provider of a way to pay is fixed",
            )
            .into());
        }
        let mut changed = row.into_active_model();
        assign(
            &mut changed.name,
            patch
                .name
                .map(|text| name(&text, &field("name")))
                .transpose()?,
        );
        assign(&mut changed.name_translations, names.map(Into::into));
        assign(&mut changed.instructions, instructions);
        assign(&mut changed.position, patch.position);
        assign(&mut changed.active, patch.active);
        return Ok(changed.update(transaction).await?);
    }
    let provider = patch
        .provider
        .ok_or_else(|| Error::invalid(&field("provider"), "a new way to pay needs a provider"))?;
    let row = payment_method::ActiveModel {
        id: Set(app.clock.new_id()),
        channel_id: Set(viewer.channel.id),
        code: Set(code),
        provider: Set(provider.into()),
        name: Set(needed_name(patch.name, &field("name"))?),
        name_translations: Set(names.unwrap_or_default().into()),
        instructions: Set(instructions.flatten()),
        position: Set(patch.position.unwrap_or(0)),
        active: Set(patch.active.unwrap_or(true)),
    };
    Ok(row.insert(transaction).await?)
}
