//! The folder with everything the process keeps on disk: database, secrets, mail. Only its owner can read it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rand::TryRngCore;
use rand::rngs::OsRng;

use crate::config::Secret;

/// Random bytes of a generated secret.
const SECRET_BYTES: usize = 32;

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// A file operation failed.
    #[error("{} cannot be {action}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// Other users of the machine can read a secret.
    #[error("{} can be read by other users of this machine (mode {mode:03o}); run: chmod 600 {}", .path.display(), .path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    NoRandomness(String),
}

/// An existing data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Opens the folder, creating it for its owner alone if it is not there.
    ///
    /// # Errors
    /// It cannot be created, or is not a folder.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let directory = Self {
            path: path.to_owned(),
        };
        create_private_folder(path)?;
        Ok(directory)
    }

    /// Where the folder is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Folder of the file outbox of mails.
    #[must_use]
    pub fn mail(&self) -> PathBuf {
        self.path.join("mail")
    }

    /// Where a secret of this name lies.
    #[must_use]
    pub fn secret_path(&self, name: &str) -> PathBuf {
        self.path.join("secrets").join(name)
    }

    /// Reads a secret; null when there is none.
    ///
    /// # Errors
    /// It cannot be read, or others can read it.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>, DataDirError> {
        let path = self.secret_path(name);
        match fs::read_to_string(&path) {
            Ok(text) => {
                refuse_open_file(&path)?;
                Ok(Some(Secret::new(text.trim())).filter(|secret| !secret.is_empty()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(DataDirError::Io {
                path,
                action: "read",
                source,
            }),
        }
    }

    /// Reads a secret, making a random one first if there is none.
    ///
    /// # Errors
    /// It cannot be read or written, or others can read it.
    pub fn secret_or_create(&self, name: &str) -> Result<Secret, DataDirError> {
        if let Some(secret) = self.secret(name)? {
            return Ok(secret);
        }
        let mut bytes = [0_u8; SECRET_BYTES];
        OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(|error| DataDirError::NoRandomness(error.to_string()))?;
        let secret = Secret::new(data_encoding::HEXLOWER.encode(&bytes));
        self.write_secret(name, &secret)?;
        Ok(secret)
    }

    /// Keeps a secret, readable by its owner alone; written aside and renamed, so that a crash leaves no half.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_secret(&self, name: &str, secret: &Secret) -> Result<(), DataDirError> {
        create_private_folder(&self.path.join("secrets"))?;
        write_private_file(&self.secret_path(name), secret.expose().as_bytes())
    }
}

/// Writes a file that only its owner can read, in one step as seen by readers.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write_private_file(path: &Path, content: &[u8]) -> Result<(), DataDirError> {
    let fail = |source| DataDirError::Io {
        path: path.to_owned(),
        action: "written",
        source,
    };
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside).map_err(fail)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(fail)?;
    fs::rename(&aside, path).map_err(fail)
}

/// Creates a folder for its owner alone.
///
/// # Errors
/// It cannot be created.
pub(crate) fn create_private_folder(path: &Path) -> Result<(), DataDirError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| DataDirError::Io {
        path: path.to_owned(),
        action: "created",
        source,
    })
}

#[cfg(unix)]
fn refuse_open_file(path: &Path) -> Result<(), DataDirError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|source| DataDirError::Io {
        path: path.to_owned(),
        action: "read",
        source,
    })?;
    let mode = metadata.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 {
        Ok(())
    } else {
        Err(DataDirError::TooOpen {
            path: path.to_owned(),
            mode,
        })
    }
}

#[cfg(not(unix))]
fn refuse_open_file(_path: &Path) -> Result<(), DataDirError> {
    Ok(())
}
