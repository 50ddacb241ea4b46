//! The file of certificate authorities that a person trusts for every node, as a company hands one out.

use std::path::Path;

use contract::{Code, Fault};
use link::Certificate;
use serde_json::json;
use store::StoreError;

use super::Fleet;
use crate::calls::{noted, of_store};
use crate::table::settings as table;
use crate::truth::PILOT;

/// The setting that holds its place.
const CA_FILE: &str = "ca_file";

impl Fleet {
    /// The place of the file, where one is set.
    pub fn ca_file(&self) -> Option<String> {
        self.inner.parts.ca_file.load_full().map(|file| file.to_string())
    }

    /// Sets the file, or takes it away; it holds for every connection made from now on. What the file holds.
    ///
    /// # Errors
    /// The file cannot be read or holds no certificate, or the database refuses.
    pub async fn set_ca_file(&self, file: Option<String>) -> Result<Vec<Certificate>, Fault> {
        let act = ("trust.authorities", "", json!({ "file": file }));
        noted(self, PILOT, act, self.keep_ca_file(file)).await
    }

    async fn keep_ca_file(&self, file: Option<String>) -> Result<Vec<Certificate>, Fault> {
        let held = match &file {
            Some(file) => {
                link::authorities_in(Path::new(file)).await.map_err(|words| Fault::new(Code::Invalid, words))?
            }
            None => Vec::new(),
        };
        let json = serde_json::Value::from(file).to_string();
        let write = self.inner.parts.store.write(move |tx| table::put(tx, CA_FILE, &json));
        write.await.map_err(|error| of_store(&error))?;
        self.read_ca_file().await.map_err(|error| of_store(&error))?;
        Ok(held)
    }

    /// Takes over what stands in the table: `pilot` may have changed it.
    pub(super) async fn read_ca_file(&self) -> Result<(), StoreError> {
        let kept = self.inner.parts.store.read(|db| table::get(db, CA_FILE)).await?;
        let file: Option<String> = kept.and_then(|json| serde_json::from_str(&json).ok()).flatten();
        self.inner.parts.ca_file.store(file.map(std::sync::Arc::new));
        Ok(())
    }
}
