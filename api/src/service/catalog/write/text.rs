//! Texts by language: merged with what is stored, their slugs settled, and written.

use std::collections::HashSet;

use domain::locale::Locale;
use domain::slug::Slug;
use entity::{category_translation, collection_translation, product_translation};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::check::{NAME, SUMMARY, below, line, line_or_none, refuse};
use super::fields::{Patch, SeoFields, TranslationFields};
use super::html::sanitized;
use super::slug::{TakenSlugs, chosen, from_title};
use crate::error::{Error, FieldPath, Result};
use crate::service::catalog::error::CatalogError;
use crate::service::catalog::read::{TextRow, load_texts};

/// A translation table; all have the same columns but the owner's.
pub(super) trait TextEntity: EntityTrait {
    /// Name of the owner's column.
    const OWNER: &'static str;
    /// Slug of a title without any letter.
    const NAMELESS: &'static str;

    fn owner() -> Self::Column;
    fn slug() -> Self::Column;
    fn locale() -> Self::Column;
}

macro_rules! text_entity {
    ($($table:ident: $owner:ident, $name:literal, $nameless:literal;)+) => {
        $(impl TextEntity for $table::Entity {
            const OWNER: &'static str = $name;
            const NAMELESS: &'static str = $nameless;

            fn owner() -> Self::Column {
                $table::Column::$owner
            }

            fn slug() -> Self::Column {
                $table::Column::Slug
            }

            fn locale() -> Self::Column {
                $table::Column::Locale
            }
        })+
    };
}

text_entity! {
    product_translation: ProductId, "product_id", "product";
    category_translation: CategoryId, "category_id", "category";
    collection_translation: CollectionId, "collection_id", "collection";
}

/// What is wanted of the texts of one thing.
pub(super) struct TextWishes<'a> {
    /// Path of the thing in `input`.
    pub(super) base: FieldPath,
    /// The channel's default language, whose texts are the thing's own fields.
    pub(super) default_locale: &'a Locale,
    /// Title in the default language.
    pub(super) name: Option<&'a str>,
    /// Slug in the default language.
    pub(super) slug: &'a Patch<String>,
    /// Description in the default language.
    pub(super) description: &'a Patch<String>,
    /// Search engine texts in the default language.
    pub(super) seo: &'a Patch<SeoFields>,
    /// All texts in other languages.
    pub(super) translations: Option<&'a [TranslationFields]>,
    /// Languages that may have texts.
    pub(super) locales: &'a [String],
}

enum SlugWish {
    Keep(Option<String>),
    Chosen(Slug, FieldPath),
    Made(Slug),
}

struct NewText {
    row: TextRow,
    slug: SlugWish,
}

/// Merges the wishes with what is stored and writes the result.
///
/// # Errors
/// [`CatalogError::Taken`] for a chosen slug in use; a bad or missing text.
pub(super) async fn write<E: TextEntity>(
    transaction: &DatabaseTransaction,
    owner_id: Uuid,
    wishes: &TextWishes<'_>,
) -> Result<(), CatalogError> {
    let stored = load_texts::<E>(transaction, E::owner(), &[owner_id], false)
        .await?
        .remove(&owner_id)
        .unwrap_or_default();
    let mut texts = Vec::new();
    texts.extend(own_text::<E>(&stored, wishes)?);
    texts.extend(translations::<E>(&stored, wishes)?);
    if let Some(kept) = wishes.translations {
        let gone = stored
            .iter()
            .map(|row| row.locale.as_str())
            .filter(|locale| *locale != wishes.default_locale.as_str())
            .filter(|locale| kept.iter().all(|text| text.locale.as_str() != *locale));
        E::delete_many()
            .filter(E::owner().eq(owner_id))
            .filter(E::locale().is_in(gone))
            .exec(transaction)
            .await?;
    }
    settle_slugs::<E>(transaction, owner_id, &stored, &mut texts).await?;
    upsert::<E>(
        transaction,
        owner_id,
        texts.into_iter().map(|text| text.row),
    )
    .await
}

/// The text in the default language, when anything about it changes.
fn own_text<E: TextEntity>(stored: &[TextRow], wishes: &TextWishes<'_>) -> Result<Option<NewText>> {
    let locale = wishes.default_locale;
    let stored = stored.iter().find(|row| row.locale == locale.as_str());
    let is_touched = wishes.name.is_some()
        || wishes.slug.is_some()
        || wishes.description.is_some()
        || wishes.seo.is_some();
    if stored.is_some() && !is_touched {
        return Ok(None);
    }
    let mut row = stored.cloned().unwrap_or_else(|| blank(locale));
    match wishes.name {
        Some(name) => row.name = line(below(&wishes.base, &["name"]), name, NAME)?,
        None if stored.is_none() => {
            return Err(refuse(below(&wishes.base, &["name"]), "a name is needed"));
        }
        None => {}
    }
    if let Some(html) = wishes.description {
        row.description = sanitized(below(&wishes.base, &["description"]), html.as_deref())?;
    }
    if let Some(seo) = wishes.seo {
        write_seo(&mut row, seo.as_ref(), &below(&wishes.base, &["seo"]))?;
    }
    let slug = match (wishes.slug, stored) {
        (Some(Some(text)), _) => {
            let field = below(&wishes.base, &["slug"]);
            SlugWish::Chosen(chosen(field.clone(), text)?, field)
        }
        (None, Some(stored)) if stored.slug.is_some() => SlugWish::Keep(stored.slug.clone()),
        (None | Some(None), _) => SlugWish::Made(made::<E>(&row.name, locale)?),
    };
    Ok(Some(NewText { row, slug }))
}

fn translations<E: TextEntity>(
    stored: &[TextRow],
    wishes: &TextWishes<'_>,
) -> Result<Vec<NewText>> {
    let mut seen = HashSet::new();
    let mut texts = Vec::new();
    for (index, text) in wishes.translations.unwrap_or_default().iter().enumerate() {
        let field = |name: &str| below(&wishes.base, &["translations", &index.to_string(), name]);
        let locale = text.locale.as_str();
        if locale == wishes.default_locale.as_str() || !seen.insert(locale) {
            return Err(refuse(field("locale"), "each other language is given once"));
        }
        if !wishes.locales.iter().any(|known| known == locale) {
            return Err(refuse(
                field("locale"),
                format!("the shop has no content in {locale}; add it to its languages"),
            ));
        }
        let stored = stored.iter().find(|row| row.locale == locale);
        let mut row = blank(&text.locale);
        row.name = line(field("name"), &text.name, NAME)?;
        row.description = sanitized(field("description"), text.description.as_deref())?;
        write_seo(&mut row, text.seo.as_ref(), &field("seo"))?;
        let slug = match (&text.slug, stored) {
            (Some(slug), _) => SlugWish::Chosen(chosen(field("slug"), slug)?, field("slug")),
            (None, Some(stored)) if stored.slug.is_some() => SlugWish::Keep(stored.slug.clone()),
            (None, _) => SlugWish::Made(made::<E>(&row.name, &text.locale)?),
        };
        texts.push(NewText { row, slug });
    }
    Ok(texts)
}

fn blank(locale: &Locale) -> TextRow {
    TextRow {
        locale: locale.as_str().to_owned(),
        name: String::new(),
        slug: None,
        description: None,
        seo_title: None,
        seo_description: None,
    }
}

fn made<E: TextEntity>(name: &str, locale: &Locale) -> Result<Slug> {
    match from_title(name, locale) {
        Some(slug) => Ok(slug),
        None => Slug::parse(E::NAMELESS).map_err(Error::internal),
    }
}

fn write_seo(row: &mut TextRow, seo: Option<&SeoFields>, base: &FieldPath) -> Result<()> {
    let seo = seo.cloned().unwrap_or_default();
    row.seo_title = line_or_none(below(base, &["title"]), seo.title.as_deref(), NAME)?;
    row.seo_description = line_or_none(
        below(base, &["description"]),
        seo.description.as_deref(),
        SUMMARY,
    )?;
    Ok(())
}

/// Gives each text its slug: one that was chosen must be free, one that is made gets a number until it is.
async fn settle_slugs<E: TextEntity>(
    transaction: &DatabaseTransaction,
    owner_id: Uuid,
    stored: &[TextRow],
    texts: &mut [NewText],
) -> Result<(), CatalogError> {
    let wanted: Vec<&Slug> = texts
        .iter()
        .filter_map(|text| match &text.slug {
            SlugWish::Keep(_) => None,
            SlugWish::Chosen(slug, _) | SlugWish::Made(slug) => Some(slug),
        })
        .collect();
    let mut taken = TakenSlugs::load::<E>(transaction, &wanted, owner_id).await?;
    // The thing's own slugs in languages that stay as they are.
    let mut own: HashSet<String> = stored
        .iter()
        .filter(|row| texts.iter().all(|text| text.row.locale != row.locale))
        .filter_map(|row| row.slug.clone())
        .collect();
    for text in texts {
        let slug = match &text.slug {
            SlugWish::Keep(slug) => slug.clone(),
            SlugWish::Chosen(slug, field) if taken.contains(slug) => {
                return Err(CatalogError::Taken {
                    field: field.clone(),
                    value: slug.to_string(),
                });
            }
            // The same slug in two languages is one slug: the other language's answers for both.
            SlugWish::Chosen(slug, _) | SlugWish::Made(slug) if own.contains(slug.as_str()) => None,
            SlugWish::Chosen(slug, _) => Some(slug.to_string()),
            SlugWish::Made(slug) => Some(taken.take_free(slug).to_string()),
        };
        own.extend(slug.clone());
        text.row.slug = slug;
    }
    Ok(())
}

async fn upsert<E: TextEntity>(
    transaction: &DatabaseTransaction,
    owner_id: Uuid,
    rows: impl Iterator<Item = TextRow>,
) -> Result<(), CatalogError> {
    const TEXTS: [&str; 5] = [
        "name",
        "slug",
        "description",
        "seo_title",
        "seo_description",
    ];
    let mut insert = Query::insert();
    insert
        .into_table(E::default())
        .columns([E::OWNER, "locale"].into_iter().chain(TEXTS));
    let mut is_empty = true;
    for row in rows {
        is_empty = false;
        insert.values_panic([
            Expr::val(owner_id),
            Expr::val(row.locale),
            Expr::val(row.name),
            Expr::val(row.slug),
            Expr::val(row.description),
            Expr::val(row.seo_title),
            Expr::val(row.seo_description),
        ]);
    }
    if is_empty {
        return Ok(());
    }
    insert.on_conflict(
        OnConflict::columns([E::OWNER, "locale"])
            .update_columns(TEXTS)
            .to_owned(),
    );
    transaction.execute(&insert).await?;
    Ok(())
}
