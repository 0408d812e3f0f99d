//! Search engines: which products match a query, in which order, and what a filter would leave.
//!
//! An engine answers with ids and counts; what a buyer sees of a product is read from the database. Both engines are fed
//! with the documents of `document.rs`: the built-in one keeps them in the database and also stands in for Meilisearch.
//! The use cases (who may ask, which engine answers, how the indexes are kept) are in `service::search`.

mod complete;
mod correct;
mod document;
mod embedded;
mod highlight;
mod html;
mod meilisearch;
mod segment;
mod sql;

use chrono::{DateTime, Utc};
use domain::catalog::ProductStatus;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::config::Config;
use crate::database::Database;

pub use complete::complete;
pub use document::{Document, Languages, load as load_documents};
pub use embedded::Embedded;
pub use highlight::highlight;
pub use html::plain_text;
pub use meilisearch::{Meilisearch, Target};
pub use segment::{Word, prepare as prepare_words, query as query_words};

/// How far into its hits a search can be paged.
pub const WINDOW: u64 = 1_000;
/// Most values counted per facet.
pub const MAX_FACET_VALUES: u64 = 100;

/// Where products are looked up by words.
pub trait CatalogIndex: Send + Sync {
    /// Finds products.
    fn find<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Answer, IndexError>>;
}

/// The engines of a running shop.
#[derive(Debug)]
pub struct Search {
    /// Always there: the only engine, or the stand-in.
    pub embedded: Embedded,
    /// The one to ask first, when there is one.
    pub meilisearch: Option<Meilisearch>,
}

impl Search {
    /// Prepares the engines of a configuration; nothing is called yet.
    #[must_use]
    pub fn new(config: &Config, database: &Database) -> Self {
        let meilisearch = config
            .meili
            .as_ref()
            .map(|meili| Meilisearch::new(meili, &config.data_dir));
        Self {
            embedded: Embedded::new(database.clone()),
            meilisearch,
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the buyer typed; empty finds everything.
    pub text: String,
    /// Language of the texts to look in.
    pub locale: String,
    /// Sales channel whose prices and publications count.
    pub channel_id: Uuid,
    /// Products published after this instant are not seen yet.
    pub now: DateTime<Utc>,
    /// What hits must be.
    pub filter: Filter,
    /// Order of hits.
    pub order: HitOrder,
    /// What to count.
    pub facets: Vec<FacetKey>,
    /// Hits to pass over.
    pub offset: u64,
    /// Most hits wanted.
    pub limit: u64,
    /// Whether all hits are to be counted.
    pub with_total: bool,
}

/// What hits must be; a part left out does not narrow, an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these.
    pub product_ids: Option<Vec<Uuid>>,
    /// In one of these categories or below.
    pub category_ids: Option<Vec<Uuid>>,
    /// In one of these collections.
    pub collection_ids: Option<Vec<Uuid>>,
    /// With one of these labels.
    pub tags: Option<Vec<String>>,
    /// Of one of these makers.
    pub brands: Option<Vec<String>>,
    /// With a price not below this, in minor units of the channel's currency.
    pub min_price_minor: Option<i64>,
    /// With a price not above this, in minor units of the channel's currency.
    pub max_price_minor: Option<i64>,
    /// Whether it can be bought now.
    pub available: Option<bool>,
    /// In one of these states, visible or not; null for what buyers see.
    pub statuses: Option<Vec<ProductStatus>>,
}

impl Filter {
    /// The filter without the part a facet belongs to: what its other values would give.
    #[must_use]
    pub fn aside(&self, facet: FacetKey) -> Self {
        let mut filter = self.clone();
        match facet {
            FacetKey::Brand => filter.brands = None,
            FacetKey::Category => filter.category_ids = None,
            FacetKey::Collection => filter.collection_ids = None,
            FacetKey::Tag => filter.tags = None,
            FacetKey::Available => filter.available = None,
            FacetKey::Price => {
                filter.min_price_minor = None;
                filter.max_price_minor = None;
            }
        }
        filter
    }

    /// Whether the part a facet belongs to narrows the hits.
    #[must_use]
    pub fn narrows(&self, facet: FacetKey) -> bool {
        self.aside(facet) != *self
    }
}

/// Orders of hits; what is equal goes newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitOrder {
    /// Best match first; without a query the same as newest.
    Relevance,
    /// Last published first.
    Newest,
    /// By name.
    Name,
    /// Cheapest first.
    PriceAscending,
    /// Dearest first.
    PriceDescending,
}

/// What can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FacetKey {
    /// Maker.
    Brand,
    /// Category, with those above it.
    Category,
    /// Collection.
    Collection,
    /// Label.
    Tag,
    /// Lowest and highest price.
    Price,
    /// Whether it can be bought now.
    Available,
}

impl FacetKey {
    /// Every key.
    pub const ALL: [Self; 6] = [
        Self::Brand,
        Self::Category,
        Self::Collection,
        Self::Tag,
        Self::Price,
        Self::Available,
    ];

    /// The key as asked for.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Brand => "brand",
            Self::Category => "category",
            Self::Collection => "collection",
            Self::Tag => "tag",
            Self::Price => "price",
            Self::Available => "available",
        }
    }

    /// Reads a key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == text)
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Products in order, at most as many as wanted.
    pub product_ids: Vec<Uuid>,
    /// Whether more follow.
    pub has_more: bool,
    /// All hits, when asked for; an estimate where the engine gives no more.
    pub total: Option<u64>,
    /// Counts, in the order asked.
    pub facets: Vec<FacetCounts>,
}

/// Counts of one facet over the hits, its own filter aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    /// Which facet.
    pub key: FacetKey,
    /// Values and hits with them, most frequent first; empty for prices.
    pub values: Vec<(FacetValue, u64)>,
    /// Lowest price in minor units; null for other facets and without any hit.
    pub min_minor: Option<i64>,
    /// Highest price in minor units; null for other facets and without any hit.
    pub max_minor: Option<i64>,
}

/// A value that is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FacetValue {
    /// A maker or label.
    Text(String),
    /// A category or collection.
    Id(Uuid),
    /// Whether something holds.
    Flag(bool),
}

/// Why an engine has no answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The search server did not answer in time.
    #[error("the search server did not answer within {0} ms")]
    Slow(u128),
    /// The search server failed a moment ago and is given time to recover.
    #[error("the search server is left alone after failures")]
    Resting,
    /// The search server does not take our key.
    #[error("the search server refuses the key: {0}")]
    Denied(String),
    /// The search server, or the way to it, failed.
    #[error("the search server failed: {0}")]
    Server(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] crate::error::Error),
}

impl From<sea_orm::DbErr> for IndexError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}
