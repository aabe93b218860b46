//! Headers whose value is a secret: rows of a connection's form. A value is written and never shown again.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::{Connector, SecretHeader, SecretKey};

use crate::api::{self, SecretState};
use crate::i18n::{tr, tr_string};
use crate::ui::{Button, IconButton, TextInput};

/// A header with its secret, as it is edited.
#[derive(Clone, Copy, PartialEq)]
struct Row {
    id: usize,
    header: RwSignal<String>,
    before: RwSignal<String>,
    secret: RwSignal<String>,
    value: RwSignal<String>,
    /// Is a value kept, and does it open for the address?
    kept: Kept,
}

#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Missing,
    Opens,
    OtherAddress,
}

/// The rows of one form. Copy it freely.
#[derive(Clone, Copy)]
pub(super) struct SecretRows(RwSignal<Vec<Row>>);

impl SecretRows {
    /// The rows of a connection, with what is known of its secrets.
    pub(super) fn new(connector: &Connector, states: &[SecretState]) -> Self {
        let rows = connector.secrets.iter().enumerate().map(|(id, (header, value))| {
            let is_this = |state: &&SecretState| state.connector == connector.key && state.header == *header;
            let kept = match states.iter().find(is_this) {
                Some(state) if state.opens => Kept::Opens,
                Some(state) if state.set_at.is_some() => Kept::OtherAddress,
                _ => Kept::Missing,
            };
            Row::new(id, header, &value.before, value.secret.as_str(), kept)
        });
        Self(RwSignal::new(rows.collect()))
    }

    /// Is every row that says anything whole?
    pub(super) fn is_whole(self) -> bool {
        self.0.with(|rows| rows.iter().all(|row| row.is_whole()))
    }

    /// What the connection keeps of them.
    pub(super) fn headers(self) -> BTreeMap<String, SecretHeader> {
        let rows = self.0.get_untracked();
        let kept = rows.iter().filter(|row| !row.header.with_untracked(|name| name.trim().is_empty()));
        kept.map(|row| {
            let secret = SecretKey(row.secret.get_untracked().trim().to_owned());
            let before = row.before.get_untracked();
            (row.header.get_untracked().trim().to_owned(), SecretHeader { secret, before: spaced(&before) })
        })
        .collect()
    }

    /// Sends the values that were typed.
    pub(super) async fn send(self, connector: &str) -> api::Answer<()> {
        for row in self.0.get_untracked() {
            let (secret, value) = (row.secret.get_untracked(), row.value.get_untracked());
            if !value.trim().is_empty() {
                api::set_connector_secret(connector, secret.trim(), value.trim()).await?;
            }
        }
        Ok(())
    }

    fn add(self) {
        self.0.update(|rows| {
            let id = rows.iter().map(|row| row.id + 1).max().unwrap_or(0);
            let secret = if id == 0 { "token".to_owned() } else { format!("token_{}", id + 1) };
            rows.push(Row::new(id, "Authorization", "Bearer", &secret, Kept::Missing));
        });
    }
}

impl Row {
    fn new(id: usize, header: &str, before: &str, secret: &str, kept: Kept) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let (header, before) = (text(header), text(before.trim_end()));
        Self { id, header, before, secret: text(secret), value: RwSignal::new(String::new()), kept }
    }

    fn is_whole(self) -> bool {
        let is_name = |text: &String| {
            let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
            !text.trim().is_empty() && text.trim().chars().all(is_plain)
        };
        self.header.with(is_name) && self.secret.with(is_name)
    }
}

/// `Bearer` and the secret have a space between them.
fn spaced(before: &str) -> String {
    let before = before.trim();
    if before.is_empty() { String::new() } else { format!("{before} ") }
}

/// The rows, and a button for another.
#[component]
pub(super) fn SecretFields(rows: SecretRows) -> impl IntoView {
    view! {
        <section class="field secret-fields">
            <span class="field-label">{move || tr("带密钥的请求头", "Headers with a secret")}</span>
            {move || rows.0.with(|rows| !rows.is_empty()).then(|| view! {
                <div class="secret-row secret-heads" aria-hidden="true">
                    <small>{move || tr("请求头", "Header")}</small>
                    <small>{move || tr("密钥前面的字", "Before the secret")}</small>
                    <small>{move || tr("密钥名称", "Name of the secret")}</small>
                    <small>{move || tr("密钥", "Secret")}</small>
                </div>
            })}
            <For each=move || rows.0.get() key=|row| row.id let:row>
                <fieldset class="secret-row" data-test="secret-row">
                    <TextInput value=row.header label=move || tr("请求头", "Header") placeholder="Authorization" test="secret-header" />
                    <TextInput value=row.before label=move || tr("密钥前面的字", "Before the secret") placeholder=move || tr("前缀，例如 Bearer", "before it, such as Bearer") test="secret-before" />
                    <TextInput value=row.secret label=move || tr("密钥名称", "Name of the secret") placeholder="token" test="secret-name" />
                    <TextInput value=row.value kind="password" autocomplete="new-password" label=move || tr("密钥", "Secret") placeholder=move || row.hint() test="secret-value" />
                    <IconButton icon="trash-2" danger=true label=move || tr("删除这一行", "Remove this row") on_press=move |()| {
                        rows.0.update(|all| all.retain(|other| other.id != row.id));
                    } />
                    {(row.kept == Kept::OtherAddress).then(|| view! {
                        <small class="bad">{move || tr("这个密钥是为另一个地址填写的，请重新填写。", "This secret was entered for another address; enter it again.")}</small>
                    })}
                </fieldset>
            </For>
            <Button small=true icon="key-round" label=move || tr("添加密钥", "Add a secret") test="add-secret" on_press=move |()| rows.add() />
            <small>{move || tr(
                "密钥加密保存，之后谁也看不到，只发给上面的地址；换了地址要重新填写。",
                "Secrets are kept encrypted, nobody can read them again, and they go to the address above alone; a new address wants them again.",
            )}</small>
        </section>
    }
}

impl Row {
    fn hint(self) -> String {
        match self.kept {
            Kept::Opens => tr_string(|| "•••••••• 留空保持不变".into(), || "•••••••• empty keeps it".into()),
            Kept::OtherAddress | Kept::Missing => tr_string(|| "还没有填写".into(), || "not set yet".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_stands_between_a_scheme_and_its_secret() {
        assert_eq!(
            (spaced("Bearer"), spaced(" Token "), spaced(" ")),
            ("Bearer ".into(), "Token ".into(), String::new())
        );
    }
}
