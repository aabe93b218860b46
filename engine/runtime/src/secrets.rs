//! Secrets of a workspace: keys of model providers and values of connectors' headers. They are written, and opened for
//! a call to the address they were entered for; nobody reads one.

use std::collections::BTreeMap;

use interpreter::HttpRequest;
use model::{Connector, ConnectorKey, ModelProvider, Moment, SecretHeader, SecretKey, Texts};
use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use store::{Store, WorkspaceId};
use url::Url;

use crate::rotation::note_key;
use crate::vault::{Belongs, Vault};
use crate::{Engine, Error, Result};

const OF_PROVIDER: &str = "provider/";
const OF_CONNECTOR: &str = "secret/";

/// A secret that a connector refers to.
#[derive(Clone, Debug, Serialize)]
pub struct SecretState {
    /// The connector.
    pub connector: ConnectorKey,
    /// The header it is sent in.
    pub header: String,
    /// The secret's name.
    pub secret: SecretKey,
    /// When it was entered; nothing while it is not.
    pub set_at: Option<Moment>,
    /// Does it open for the connector's address? One that was entered for another address does not.
    pub opens: bool,
}

/// A header's value with its secret, for the call that is leaving and for nothing else.
pub(crate) struct Revealed {
    /// The header's name.
    pub(crate) header: HeaderName,
    /// All of its value; marked, so that no log of the libraries below shows it.
    pub(crate) value: HeaderValue,
    /// What must not come back in a reply.
    pub(crate) secret: String,
}

impl Engine {
    /// Says what opens secrets. Only the first counts.
    pub fn set_vault(&self, vault: Vault) {
        let _ = self.vault.set(vault);
        self.forget_knowledge();
    }

    /// Keeps the key of a provider, sealed for its address. Nobody reads it again but a call to that address.
    pub async fn keep_model_key(
        &self,
        workspace: WorkspaceId,
        provider: &str,
        base_url: &str,
        key: &str,
    ) -> Result<()> {
        self.keep_sealed(workspace, &of_provider(provider), base_url, key).await
    }

    /// Forgets the key of a provider; false when there is none.
    pub async fn forget_model_key(&self, workspace: WorkspaceId, provider: &str) -> Result<bool> {
        self.forget_sealed(workspace, &of_provider(provider)).await
    }

    /// Which providers have a key, and since when.
    pub async fn model_keys(&self, workspace: WorkspaceId) -> Result<Vec<(String, Moment)>> {
        let names = store::secrets::names(self.store.read(), workspace).await?;
        let of_provider = |(name, at): (String, Moment)| Some((name.strip_prefix(OF_PROVIDER)?.to_owned(), at));
        Ok(names.into_iter().filter_map(of_provider).collect())
    }

    /// Keeps a secret of a connector, sealed for its address.
    pub async fn keep_secret(
        &self,
        workspace: WorkspaceId,
        connector: &Connector,
        secret: &SecretKey,
        value: &str,
    ) -> Result<()> {
        self.keep_sealed(workspace, &of_connector(secret), &connector.base_url, value).await?;
        self.forget_knowledge();
        Ok(())
    }

    /// Forgets a secret of connectors; false when there is none.
    pub async fn forget_secret(&self, workspace: WorkspaceId, secret: &SecretKey) -> Result<bool> {
        let is_gone = self.forget_sealed(workspace, &of_connector(secret)).await?;
        self.forget_knowledge();
        Ok(is_gone)
    }

    /// The secrets that connectors refer to.
    pub async fn secrets(&self, workspace: WorkspaceId) -> Result<Vec<SecretState>> {
        let connectors = store::directory::connectors(self.store.read(), workspace).await?;
        self.secret_states(workspace, &connectors).await
    }

    /// Secrets that calls of these connectors would miss; nothing is known without a vault.
    pub(crate) async fn unset_secrets(
        &self,
        workspace: WorkspaceId,
        connectors: &[Connector],
    ) -> Result<BTreeMap<ConnectorKey, Vec<SecretKey>>> {
        let mut unset: BTreeMap<ConnectorKey, Vec<SecretKey>> = BTreeMap::new();
        if self.vault.get().is_none() || connectors.iter().all(|connector| connector.secrets.is_empty()) {
            return Ok(unset);
        }
        for state in self.secret_states(workspace, connectors).await?.into_iter().filter(|state| !state.opens) {
            let secrets = unset.entry(state.connector).or_default();
            if !secrets.contains(&state.secret) {
                secrets.push(state.secret);
            }
        }
        Ok(unset)
    }

    async fn secret_states(&self, workspace: WorkspaceId, connectors: &[Connector]) -> Result<Vec<SecretState>> {
        let rows = store::secrets::of(self.store.read(), workspace).await?;
        let headers = connectors.iter().flat_map(|connector| connector.secrets.iter().map(move |it| (connector, it)));
        let states = headers.map(|(connector, (header, SecretHeader { secret, .. }))| {
            let name = of_connector(secret);
            let row = rows.iter().find(|row| row.name == name);
            let origin = origin(&connector.base_url);
            let belongs = Belongs { workspace, name: &name, origin: &origin };
            let opened = row.and_then(|row| self.vault.get()?.open(&row.sealed, belongs));
            SecretState {
                connector: connector.key.clone(),
                header: header.clone(),
                secret: secret.clone(),
                set_at: row.map(|row| row.changed_at),
                opens: opened.is_some(),
            }
        });
        Ok(states.collect())
    }

    /// The secrets that a request names, for the address it goes to; the `Err` says which is missing and what to do.
    pub(crate) async fn revealed(
        &self,
        workspace: WorkspaceId,
        request: &HttpRequest,
    ) -> std::result::Result<Vec<Revealed>, Texts> {
        let origin = origin(&request.url);
        let mut revealed = Vec::new();
        for (header, SecretHeader { secret, before }) in &request.secrets {
            let name = of_connector(secret);
            let opened = opened(self, workspace, &name, &origin).await?.ok_or_else(|| {
                Texts::new(
                    format!("密钥“{secret}”还没有填写。请所有者在“设置”的“系统连接”里填写"),
                    format!("the secret “{secret}” is not set; an owner enters it under “Connections” in the settings"),
                )
            })?;
            let name = HeaderName::from_bytes(header.as_bytes()).ok();
            let value = HeaderValue::from_str(&format!("{before}{opened}")).ok();
            let (Some(header), Some(mut value)) = (name, value) else {
                return Err(Texts::new(
                    format!("密钥“{secret}”不能放进请求头“{header}”，名称或前缀里有不能用的字符"),
                    format!(
                        "the secret “{secret}” cannot be sent in the header “{header}”: its name, or what stands before the secret, has characters that no header takes"
                    ),
                ));
            };
            value.set_sensitive(true);
            revealed.push(Revealed { header, value, secret: opened });
        }
        Ok(revealed)
    }

    /// The key of a provider, opened; none where none is set.
    pub(crate) async fn model_key(
        &self,
        workspace: WorkspaceId,
        provider: &ModelProvider,
    ) -> std::result::Result<Option<String>, Texts> {
        opened(self, workspace, &of_provider(&provider.key), &origin(&provider.base_url)).await
    }

    async fn keep_sealed(&self, workspace: WorkspaceId, name: &str, address: &str, secret: &str) -> Result<()> {
        let origin = origin(address);
        let belongs = Belongs { workspace, name, origin: &origin };
        let no_key = || Error::Internal("there is no key to seal secrets with".into());
        let vault = self.vault.get().ok_or_else(no_key)?;
        let sealed = vault.seal(secret, belongs).ok_or_else(no_key)?;
        let writing = self.store.write().await?;
        note_key(&writing, workspace, vault, self.clock.now()).await?;
        store::secrets::keep(&writing, workspace, name, &sealed, self.clock.now()).await?;
        writing.commit().await?;
        Ok(())
    }

    async fn forget_sealed(&self, workspace: WorkspaceId, name: &str) -> Result<bool> {
        let writing = self.store.write().await?;
        let is_gone = store::secrets::forget(&writing, workspace, name).await?;
        writing.commit().await?;
        Ok(is_gone)
    }
}

/// A secret that is kept, opened for an address; nothing where none is kept.
async fn opened(
    engine: &Engine,
    workspace: WorkspaceId,
    name: &str,
    origin: &str,
) -> std::result::Result<Option<String>, Texts> {
    let sealed = store::secrets::sealed(engine.store.read(), workspace, name).await;
    let sealed = sealed.map_err(|_| Texts::new("密钥暂时读不到", "the key cannot be read at the moment"))?;
    let Some(sealed) = sealed else { return Ok(None) };
    let opened = engine.vault.get().and_then(|vault| vault.open(&sealed, Belongs { workspace, name, origin }));
    opened.map(Some).ok_or_else(|| {
        Texts::new(
            "密钥打不开：它是为另一个地址填写的，或者服务器的密钥文件换了。请重新填写",
            "the key does not open: it was entered for another address, or the server's key file has changed; enter it again",
        )
    })
}

/// The addresses that secrets of a workspace may have been entered for.
pub(crate) async fn origins(store: &Store, workspace: WorkspaceId) -> store::Result<Vec<String>> {
    let providers = store::models::providers(store.read(), workspace).await?;
    let connectors = store::directory::connectors(store.read(), workspace).await?;
    let addresses = providers.iter().map(|it| &it.base_url).chain(connectors.iter().map(|it| &it.base_url));
    let mut origins: Vec<String> = addresses.map(|address| origin(address)).collect();
    origins.sort();
    origins.dedup();
    Ok(origins)
}

fn of_provider(provider: &str) -> String {
    format!("{OF_PROVIDER}{provider}")
}

fn of_connector(secret: &SecretKey) -> String {
    format!("{OF_CONNECTOR}{secret}")
}

/// Scheme, host and port: what a secret belongs to.
fn origin(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return String::new() };
    let port = url.port_or_known_default().unwrap_or(0);
    format!("{}://{}:{port}", url.scheme(), url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_belongs_to_scheme_host_and_port() {
        assert_eq!(origin("https://api.deepseek.com/v1"), "https://api.deepseek.com:443");
        assert_ne!(origin("https://api.deepseek.com/v1"), origin("http://api.deepseek.com/v1"));
        assert_ne!(origin("https://shop.example"), origin("https://shop.example@evil.example/"));
        assert_eq!(origin("heliu:demo/orders/A1"), origin("heliu:demo"));
        assert_eq!(origin("nonsense"), "");
    }
}
