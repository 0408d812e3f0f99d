//! What buyers were told, in a file that is synced before they go on: the truth the database is compared with.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// An order somebody was told to have placed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Global id.
    pub(crate) order: String,
    /// Number.
    pub(crate) number: String,
    /// What is to be paid.
    pub(crate) total: String,
    /// A guest's key.
    pub(crate) token: String,
}

/// The file.
pub(crate) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    pub(crate) fn create(folder: &Path) -> Self {
        let path = folder.join("told.jsonl");
        let file = Mutex::new(File::create(&path).expect("the journal"));
        Self { path, file }
    }

    /// Notes what somebody was told.
    pub(crate) fn note(&self, told: &Told) {
        let mut line = serde_json::to_string(told).expect("text");
        line.push('\n');
        let mut file = self.file.lock().expect("nobody panicked here");
        file.write_all(line.as_bytes()).expect("the journal");
        file.sync_data().expect("the journal");
    }

    /// Reads everything back.
    pub(crate) fn read(&self) -> Vec<Told> {
        let text = std::fs::read_to_string(&self.path).expect("the journal");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a whole line"))
            .collect()
    }
}
