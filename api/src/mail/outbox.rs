//! Mails as files in the data folder: what a shop without a mail server would have sent.
//!
//! One `.eml` file per mail, readable by its owner alone since mails carry log-in tokens.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{Mail, MailError, Mailer};
use crate::data_dir::{create_private_folder, write_private_file};
use crate::error::{Error, Result};

/// A folder of mails.
#[derive(Debug, Clone)]
pub struct FileOutbox {
    folder: PathBuf,
    from: String,
}

/// A mail as it lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMail {
    /// The mail's id.
    pub id: Uuid,
    /// Receiver.
    pub to: String,
    /// One line.
    pub subject: String,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
    /// Plain text.
    pub text: String,
}

impl FileOutbox {
    /// Opens the folder, creating it if needed.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be created.
    pub fn open(folder: &Path, public_host: &str) -> Result<Self> {
        create_private_folder(folder).map_err(Error::internal)?;
        Ok(Self {
            folder: folder.to_owned(),
            from: format!("no-reply@{public_host}"),
        })
    }
}

impl Mailer for FileOutbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, std::result::Result<(), MailError>> {
        Box::pin(async move {
            let path = path_of(&self.folder, mail.id);
            let content = format!(
                "From: {}\nTo: {}\nSubject: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{}",
                self.from, mail.to, mail.subject, mail.text
            );
            tokio::task::spawn_blocking(move || write_private_file(&path, content.as_bytes()))
                .await
                .map_err(|error| MailError::Unavailable(error.to_string()))?
                .map_err(|error| MailError::Unavailable(error.to_string()))
        })
    }
}

/// The newest mails of a folder, newest first; empty when there is no folder. Reads files: call it off async threads.
///
/// # Errors
/// [`Error::Internal`] when the folder cannot be read.
pub fn list(folder: &Path, at_most: usize) -> Result<Vec<StoredMail>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::internal(error)),
    };
    let mut ids: Vec<Uuid> = entries
        .filter_map(|entry| id_of(&entry.ok()?.path()))
        .collect();
    // Ids are time-ordered, so names are enough to find the newest without opening every file.
    ids.sort_unstable_by(|left, right| right.cmp(left));
    ids.truncate(at_most);
    let mails: Vec<Option<StoredMail>> = ids
        .into_iter()
        .map(|id| read(folder, id))
        .collect::<Result<_>>()?;
    Ok(mails.into_iter().flatten().collect())
}

/// One mail; null when there is none of this id.
///
/// # Errors
/// [`Error::Internal`] when the file cannot be read.
pub fn read(folder: &Path, id: Uuid) -> Result<Option<StoredMail>> {
    let path = path_of(folder, id);
    let content = match fs::read_to_string(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::internal(error)),
    };
    let written = fs::metadata(&path)
        .and_then(|metadata| metadata.modified())
        .map_err(Error::internal)?;
    let (headers, text) = content.split_once("\n\n").unwrap_or((content.as_str(), ""));
    let header = |name: &str| {
        let value = headers.lines().find_map(|line| line.strip_prefix(name));
        value.unwrap_or_default().trim().to_owned()
    };
    Ok(Some(StoredMail {
        id,
        to: header("To:"),
        subject: header("Subject:"),
        sent_at: DateTime::<Utc>::from(written),
        text: text.to_owned(),
    }))
}

fn path_of(folder: &Path, id: Uuid) -> PathBuf {
    folder.join(format!("{id}.eml"))
}

fn id_of(path: &Path) -> Option<Uuid> {
    let is_mail = path.extension().is_some_and(|extension| extension == "eml");
    is_mail
        .then(|| path.file_stem()?.to_str()?.parse().ok())
        .flatten()
}
