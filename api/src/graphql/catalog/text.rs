//! Texts in the language asked for.

use async_graphql::SimpleObject;

use crate::auth::Viewer;
use crate::graphql::scalar::Locale;
use crate::service::catalog::{TextRow, Texts};

/// What a search engine shows.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Seo {
    /// Page title.
    pub title: Option<String>,
    /// Page summary.
    pub description: Option<String>,
}

/// A product's texts in one language.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ProductTranslation {
    /// Language.
    pub locale: Locale,
    /// Title.
    pub name: String,
    /// Slug.
    pub slug: Option<String>,
    /// Text as HTML.
    pub description: Option<String>,
    /// Search engine texts.
    pub seo: Option<Seo>,
}

impl Seo {
    pub(super) fn of(texts: Texts<'_>) -> Self {
        Self {
            title: texts.seo_title().map(str::to_owned),
            description: texts.seo_description().map(str::to_owned),
        }
    }
}

impl ProductTranslation {
    /// Shows a stored text; `None` for a language no tag of which is understood any more.
    pub(super) fn of(row: &TextRow) -> Option<Self> {
        let seo = Seo {
            title: row.seo_title.clone(),
            description: row.seo_description.clone(),
        };
        Some(Self {
            locale: Locale(domain::locale::Locale::parse(&row.locale).ok()?),
            name: row.name.clone(),
            slug: row.slug.clone(),
            description: row.description.clone(),
            seo: (seo.title.is_some() || seo.description.is_some()).then_some(seo),
        })
    }
}

/// The channel's language that serves a `locale` argument; `None` without one.
pub(super) fn served(viewer: &Viewer, locale: Option<&Locale>) -> Option<String> {
    let Locale(wish) = locale?;
    let available: Vec<_> = viewer
        .channel
        .locales
        .iter()
        .filter_map(|tag| domain::locale::Locale::parse(tag).ok())
        .collect();
    let served = domain::locale::resolve(std::slice::from_ref(wish), &available, wish);
    Some(served.as_str().to_owned())
}
