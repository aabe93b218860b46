//! What makes vectors for searching by meaning, and how the model on the server's machine is.

use leptos::prelude::*;
use model::{Embeddings, ModelSettings};

use crate::api::{self, LocalModel, ModelsSetUp};
use crate::i18n::{tr, tr_string, words};
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::ui::{Field, Select, Switch, toast};

#[component]
pub(super) fn VectorsBy(models: Remote<ModelsSetUp>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let chosen = Signal::derive(move || key(models.get().unwrap_or_default().settings.embeddings).to_owned());
    let options = Signal::derive(move || {
        let name = |of| (key(of).to_owned(), choice(of).to_owned());
        [Embeddings::Automatic, Embeddings::Local, Embeddings::Provider].map(name).to_vec()
    });
    let topics = RwSignal::new(untrack(|| models.get()).unwrap_or_default().settings.topics_by_meaning);
    let save = move |change: &dyn Fn(&mut ModelSettings)| {
        let mut settings = untrack(|| models.get()).unwrap_or_default().settings;
        change(&mut settings);
        act(busy, async move { api::save_model_settings(&settings).await }, move |_| {
            toast(tr("已保存", "Saved"));
            models.reload();
        });
    };
    let choose = move |chosen: String| save(&|settings| settings.embeddings = read(&chosen));
    let switch = move |on: bool| {
        topics.set(on);
        save(&|settings| settings.topics_by_meaning = on);
    };
    view! {
        <div class="panel budgets">
            <h3>{move || tr("按意思理解", "By meaning")}</h3>
            <Field
                label=move || tr("按意思查找时，向量由谁计算", "For searching, vectors are made by")
                help=move || tr("换了之后，知识库的向量会在后台重新计算。", "After a change the vectors of libraries are made anew in the background.")
            >
                <Select value=chosen options=options disabled=busy test="vectors-by" on_change=choose />
            </Field>
            <Switch on=topics label=move || tr("拿不准意图时，也问本机模型", "Where a topic is not sure, ask the local model, too") on_change=switch />
            <p class="quiet" data-test="local-model">{move || state(&models.get().unwrap_or_default().local)}</p>
        </div>
    }
}

fn choice(of: Embeddings) -> &'static str {
    match of {
        Embeddings::Automatic => tr("模型服务；没有时用本机模型", "A provider, or else the local model"),
        Embeddings::Local => tr("本机模型", "The local model"),
        Embeddings::Provider => tr("模型服务", "A provider"),
    }
}

fn key(of: Embeddings) -> &'static str {
    match of {
        Embeddings::Automatic => "automatic",
        Embeddings::Local => "local",
        Embeddings::Provider => "provider",
    }
}

fn read(key: &str) -> Embeddings {
    match key {
        "local" => Embeddings::Local,
        "provider" => Embeddings::Provider,
        _ => Embeddings::Automatic,
    }
}

/// How the model on the server's machine is, in a sentence.
fn state(local: &LocalModel) -> String {
    let LocalModel { state, name, dimension, problem } = local;
    match (state.as_str(), dimension, problem) {
        ("loading", ..) => {
            tr_string(|| format!("本机模型 {name} 正在载入……"), || format!("The local model {name} is being read …"))
        }
        ("ready", Some(dimension), _) => tr_string(
            || format!("本机模型 {name} 可以用，{dimension} 维"),
            || format!("The local model {name} is ready, with {dimension} numbers per vector"),
        ),
        ("failed", _, Some(why)) => tr_string(
            || format!("本机模型 {name} 不能用：{}", words(why)),
            || format!("The local model {name} cannot be used: {}", words(why)),
        ),
        _ => tr(
            "服务器上没有本机模型，管理员可以用 HELIU_EMBEDDINGS 设置。",
            "There is no local model on the server; its operator can set one with HELIU_EMBEDDINGS.",
        )
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_they_are_written() {
        for of in [Embeddings::Automatic, Embeddings::Local, Embeddings::Provider] {
            assert_eq!(read(key(of)), of);
            assert_eq!(serde_json::to_value(of).expect("a word"), key(of), "as the server reads it");
        }
    }
}
