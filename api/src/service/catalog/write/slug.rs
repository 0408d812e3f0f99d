//! Slugs made from titles of any language, unique over all languages.

use std::collections::HashSet;

use domain::locale::Locale;
use domain::slug::Slug;
use pinyin::ToPinyin;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, ExprTrait, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::check::refuse;
use super::text::TextEntity;
use crate::error::{FieldPath, Result};

/// Makes a slug from a title: Chinese by its sound, all else by its look in ASCII.
pub(super) fn from_title(title: &str, locale: &Locale) -> Option<Slug> {
    let mut ascii = String::with_capacity(title.len());
    for character in title.chars() {
        let sound = if locale.is_chinese() {
            character.to_pinyin()
        } else {
            None
        };
        match (sound, deunicode::deunicode_char(character)) {
            (Some(sound), _) => {
                ascii.push(' ');
                ascii.push_str(&deunicode::deunicode(sound.plain()));
                ascii.push(' ');
            }
            (None, Some(text)) => ascii.push_str(text),
            (None, None) => ascii.push(' '),
        }
    }
    Slug::from_ascii(&ascii)
}

/// Takes a slug somebody chose.
pub(super) fn chosen(field: FieldPath, text: &str) -> Result<Slug> {
    Slug::parse(text.trim()).map_err(|error| refuse(field, error.to_string()))
}

/// Number of the lock under which slugs are settled on PostgreSQL.
const SLUG_LOCK: i64 = 7_236_501;

/// Lets one transaction at a time settle slugs, so that two made at once get different numbers. SQLite has one writer anyway.
async fn one_at_a_time(transaction: &DatabaseTransaction) -> Result<()> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({SLUG_LOCK})");
        transaction.execute_unprepared(&lock).await?;
    }
    Ok(())
}

/// Slugs in use among the translations of entity `E`, read once per write.
pub(super) struct TakenSlugs(HashSet<String>);

impl TakenSlugs {
    /// Reads those that equal or begin like one of `wanted`, but for those of `owner_id` itself.
    pub(super) async fn load<E: TextEntity>(
        transaction: &DatabaseTransaction,
        wanted: &[&Slug],
        owner_id: Uuid,
    ) -> Result<Self> {
        let (slug, owner) = (E::slug(), E::owner());
        let mut taken = HashSet::new();
        if !wanted.is_empty() {
            one_at_a_time(transaction).await?;
        }
        for wish in wanted {
            // Words joined by dashes hold no wildcard of LIKE.
            let alike: Vec<String> = E::find()
                .select_only()
                .column(slug)
                .filter(
                    slug.eq(wish.as_str())
                        .or(slug.starts_with(format!("{}-", wish.as_str()))),
                )
                .filter(owner.ne(owner_id))
                .into_tuple()
                .all(transaction)
                .await?;
            taken.extend(alike);
        }
        Ok(Self(taken))
    }

    /// Whether a slug is in use.
    pub(super) fn contains(&self, slug: &Slug) -> bool {
        self.0.contains(slug.as_str())
    }

    /// Takes the slug, or the first free one with a number behind it.
    pub(super) fn take_free(&mut self, slug: &Slug) -> Slug {
        let free = slug.first_free(|text| self.0.contains(text));
        self.0.insert(free.as_str().to_owned());
        free
    }
}

#[cfg(test)]
mod tests {
    use domain::locale::Locale;

    use super::from_title;

    #[test]
    fn titles_of_any_language_become_slugs() {
        for (locale, title, slug) in [
            ("en", "Café Über-Tasse", "cafe-uber-tasse"),
            ("zh-Hans", "蓝色衬衫", "lan-se-chen-shan"),
            ("zh-Hans", "女士T恤 2件", "nu-shi-t-xu-2-jian"),
        ] {
            let locale = Locale::parse(locale).unwrap();
            assert_eq!(
                from_title(title, &locale).unwrap().as_str(),
                slug,
                "{title}"
            );
        }
        assert_eq!(from_title("!!!", &Locale::english()), None);
    }
}
