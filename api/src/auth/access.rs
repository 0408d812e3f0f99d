//! What stands behind credentials right now: sessions, rights of staff, keys of programs.
//!
//! Read from the database and remembered for [`MAX_AGE`]. What this server ends itself it forgets at once; another server's
//! ending is noticed within [`MAX_AGE`], far sooner than the token would end.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::AccountKind;
use domain::id::{ApiKeyId, SessionId};
use domain::permission::Permission;
use moka::sync::Cache;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::token::AccessClaims;
use crate::clock::Clock;
use crate::database::Database;
use crate::error::{Error, Result};

/// Longest time something ended on another server still passes here.
pub const MAX_AGE: Duration = Duration::from_secs(5);
/// Sessions and keys remembered.
const MAX_ENTRIES: u64 = 50_000;
/// How finely the last use of a key is recorded.
const USE_RECORDED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Remembers sessions and keys for a moment.
pub struct Access {
    sessions: Cache<Uuid, Arc<SessionAccess>>,
    keys: Cache<String, Arc<KeyAccess>>,
    /// Grows with each ending, so that a row read before it is not remembered after it.
    endings: AtomicU64,
}

/// A standing session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionAccess {
    kind: AccountKind,
    account_id: Uuid,
    ends_at: DateTime<Utc>,
    /// Rights; empty for members.
    pub permissions: BTreeSet<Permission>,
}

/// A standing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAccess {
    /// Which key.
    pub id: ApiKeyId,
    /// What it may do.
    pub permissions: BTreeSet<Permission>,
    allowed_ips: Vec<IpAddr>,
    ends_at: Option<DateTime<Utc>>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            sessions: Cache::builder()
                .max_capacity(MAX_ENTRIES)
                .time_to_live(MAX_AGE)
                .build(),
            keys: Cache::builder()
                .max_capacity(MAX_ENTRIES)
                .time_to_live(MAX_AGE)
                .build(),
            endings: AtomicU64::new(0),
        }
    }
}

impl Access {
    /// The session an access token speaks for.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it was ended or never was, or its account may no longer log in.
    pub async fn session(
        &self,
        database: &Database,
        clock: &Clock,
        claims: &AccessClaims,
    ) -> Result<Arc<SessionAccess>> {
        let key = claims.session_id.0;
        let session = if let Some(session) = self.sessions.get(&key) {
            session
        } else {
            let endings = self.endings.load(Ordering::SeqCst);
            let session = Arc::new(
                load_session(database, claims.session_id)
                    .await?
                    .ok_or(Error::Unauthenticated)?,
            );
            self.sessions.insert(key, session.clone());
            if self.endings.load(Ordering::SeqCst) != endings {
                self.sessions.invalidate(&key);
            }
            session
        };
        let speaks_for = session.kind == claims.kind && session.account_id == claims.account_id;
        if speaks_for && clock.now() < session.ends_at {
            Ok(session)
        } else {
            Err(Error::Unauthenticated)
        }
    }

    /// The key a program sent from an address.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is unknown, ended, lapsed or used from elsewhere.
    pub async fn key(
        &self,
        database: &Database,
        clock: &Clock,
        secret: &str,
        ip: Option<IpAddr>,
    ) -> Result<Arc<KeyAccess>> {
        let digest = super::secret::digest(secret);
        let key = if let Some(key) = self.keys.get(&digest) {
            key
        } else {
            let endings = self.endings.load(Ordering::SeqCst);
            let key = Arc::new(
                load_key(database, clock, &digest)
                    .await?
                    .ok_or(Error::Unauthenticated)?,
            );
            self.keys.insert(digest.clone(), key.clone());
            if self.endings.load(Ordering::SeqCst) != endings {
                self.keys.invalidate(&digest);
            }
            key
        };
        let is_home = key.allowed_ips.is_empty()
            || ip.is_some_and(|ip| key.allowed_ips.contains(&ip.to_canonical()));
        let has_ended = key.ends_at.is_some_and(|ends_at| ends_at <= clock.now());
        if is_home && !has_ended {
            Ok(key)
        } else {
            Err(Error::Unauthenticated)
        }
    }

    /// Forgets ended sessions; called after the commit that ended them.
    pub fn forget_sessions(&self, sessions: impl IntoIterator<Item = Uuid>) {
        self.endings.fetch_add(1, Ordering::SeqCst);
        for session in sessions {
            self.sessions.invalidate(&session);
        }
    }

    /// Forgets everything; called after a commit that changed rights or ended a key.
    pub fn forget_all(&self) {
        self.endings.fetch_add(1, Ordering::SeqCst);
        self.sessions.invalidate_all();
        self.keys.invalidate_all();
    }
}

/// What the roles of a staff account allow together.
///
/// # Errors
/// When the database cannot be read.
pub async fn permissions_of_staff<C: ConnectionTrait>(
    connection: &C,
    staff_id: Uuid,
) -> Result<BTreeSet<Permission>> {
    let of_staff = Query::select()
        .column(entity::staff_role::Column::RoleId)
        .from(entity::staff_role::Entity)
        .and_where(entity::staff_role::Column::StaffId.eq(staff_id))
        .to_owned();
    let roles = entity::role::Entity::find()
        .filter(entity::role::Column::Id.in_subquery(of_staff))
        .all(connection)
        .await?;
    Ok(roles.into_iter().flat_map(|role| role.granted()).collect())
}

async fn load_session(database: &Database, id: SessionId) -> Result<Option<SessionAccess>> {
    let connection = database.read();
    let Some(row) = entity::session::Entity::find_by_id(id.0)
        .one(connection)
        .await?
    else {
        return Ok(None);
    };
    if row.revoked_at.is_some() {
        return Ok(None);
    }
    let permissions = match row.account_kind.0 {
        AccountKind::Member => BTreeSet::new(),
        AccountKind::Staff => {
            let staff = entity::staff::Entity::find_by_id(row.account_id)
                .one(connection)
                .await?;
            if !staff.is_some_and(|staff| staff.active) {
                return Ok(None);
            }
            permissions_of_staff(connection, row.account_id).await?
        }
    };
    Ok(Some(SessionAccess {
        kind: row.account_kind.0,
        account_id: row.account_id,
        ends_at: row.expires_at,
        permissions,
    }))
}

async fn load_key(database: &Database, clock: &Clock, digest: &str) -> Result<Option<KeyAccess>> {
    let row = entity::api_key::Entity::find()
        .filter(entity::api_key::COLUMN.key_hash.eq(digest))
        .one(database.read())
        .await?;
    let Some(row) = row.filter(|row| row.revoked_at.is_none()) else {
        return Ok(None);
    };
    if let Err(error) = record_use(database, clock, &row).await {
        // Being unable to note the use is no reason to refuse it.
        tracing::warn!(api_key.id = %ApiKeyId(row.id), %error, "the use of an API key was not recorded");
    }
    let allowed_ips = row
        .allowed_ips
        .0
        .iter()
        .filter_map(|ip| ip.parse().ok())
        .collect();
    Ok(Some(KeyAccess {
        id: ApiKeyId(row.id),
        permissions: row.granted(),
        allowed_ips,
        ends_at: row.expires_at,
    }))
}

async fn record_use(
    database: &Database,
    clock: &Clock,
    row: &entity::api_key::Model,
) -> Result<()> {
    let now = clock.now();
    let stale = now - USE_RECORDED_EVERY;
    if row.last_used_at.is_some_and(|last| last > stale) {
        return Ok(());
    }
    let column = entity::api_key::COLUMN;
    entity::api_key::Entity::update_many()
        .col_expr(
            entity::api_key::Column::LastUsedAt,
            sea_orm::sea_query::Expr::value(now),
        )
        .filter(column.id.eq(row.id))
        .filter(
            Condition::any()
                .add(column.last_used_at.is_null())
                .add(column.last_used_at.lte(stale)),
        )
        .exec(database.write())
        .await?;
    Ok(())
}
