//! What a flow says of itself: name, languages, what may interrupt anywhere, what it gives and takes as a sub-flow.

use editor::{Edit, Head};
use leptos::prelude::*;
use model::{Emotion, Flow, Handler, Language, MAX_GATHER_MS, Texts, Trigger};
use serde_json::{Value, json};

use super::parts::jump;
use super::repair;
use crate::designer::DesignerCx;
use crate::forms::{FormCx, SchemaForm, form_cx, problem_line};
use crate::i18n::tr;

/// The panel: a form over the flow's own parts, made as the forms of steps are.
#[component]
pub(crate) fn FlowSettings(cx: DesignerCx) -> impl IntoView {
    let config = Memo::new(move |_| cx.track_document(|document| as_settings(&document.flow)));
    let write = Callback::new(move |(pointer, value): (String, Value)| {
        let mut settings = config.get_untracked();
        editor::pointer::set(&mut settings, &pointer, Some(value).filter(|value| !value.is_null()));
        for edit in cx.with_flow(|flow| edits(flow, &settings)) {
            cx.run(edit);
        }
    });
    let form: FormCx = FormCx {
        config,
        write,
        problems: Signal::derive(Vec::new),
        ..form_cx(cx, "flow", config, Signal::derive(Vec::new))
    };
    let found = move || {
        let whole = cx
            .problems
            .with(|all| all.iter().filter(|problem| problem.place.node.is_none()).cloned().collect::<Vec<_>>());
        whole
            .into_iter()
            .map(|problem| {
                let target = problem.clone();
                view! { <div on:click=move |_| jump(cx, &target)>{problem_line(problem)}</div> }
            })
            .collect_view()
    };
    view! {
        <div class="f f-flow" aria-label=move || tr("流程设置", "Flow settings")>
            {found}
            <SchemaForm schema=schema() form />
        </div>
    }
}

/// The parts of a flow that this form shows.
fn as_settings(flow: &Flow) -> Value {
    json!({
        "name": flow.name,
        "description": flow.description,
        "languages": flow.languages,
        "handlers": flow.handlers,
        "key": flow.key,
        "inputs": flow.inputs,
        "outputs": flow.outputs,
        "repair": repair::as_settings(flow.repair.as_ref()),
        "gather_seconds": f64::from(flow.gather_ms) / 1_000.0,
    })
}

/// What must be done so that the flow has these settings.
fn edits(flow: &Flow, settings: &Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    let handlers: Vec<Handler> = settings["handlers"].as_array().into_iter().flatten().filter_map(handler).collect();
    if handlers != flow.handlers {
        edits.push(Edit::SetHandlers(handlers));
    }
    let texts = |name: &str| serde_json::from_value::<Texts>(settings[name].clone()).unwrap_or_default();
    let names = |name: &str| serde_json::from_value(settings[name].clone()).unwrap_or_default();
    let languages: Vec<Language> = serde_json::from_value(settings["languages"].clone()).unwrap_or_default();
    let head = Head {
        key: settings["key"]
            .as_str()
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .map_or_else(|| flow.key.clone(), Into::into),
        name: texts("name"),
        description: texts("description"),
        // A flow serves at least one language.
        languages: if languages.is_empty() { flow.languages.clone() } else { languages },
        inputs: names("inputs"),
        outputs: names("outputs"),
        repair: repair::from_settings(&settings["repair"]),
        gather_ms: gather_ms(&settings["gather_seconds"]),
    };
    if head != Head::of(flow) {
        edits.push(Edit::SetHead(Box::new(head)));
    }
    edits
}

/// Seconds of the form; what is no pause is none.
fn gather_ms(seconds: &Value) -> u32 {
    let ms = seconds.as_f64().unwrap_or_default() * 1_000.0;
    ms.round().clamp(0.0, f64::from(MAX_GATHER_MS)) as u32
}

/// A handler of the form: what its kind does not have is left out.
fn handler(value: &Value) -> Option<Handler> {
    let strings = |name: &str| serde_json::from_value(value["on"][name].clone()).unwrap_or_default();
    let keys = |name: &str| serde_json::from_value(value["on"][name].clone()).unwrap_or_default();
    let on = match value["on"]["kind"].as_str().unwrap_or("phrases") {
        "mood" => Trigger::Mood {
            emotions: match &value["on"]["emotions"] {
                Value::Array(_) => serde_json::from_value(value["on"]["emotions"].clone()).unwrap_or_default(),
                _ => vec![Emotion::Angry],
            },
            at_least: value["on"]["at_least"].as_f64().unwrap_or(0.75),
            once_per: value["on"]["once_per"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(10),
        },
        "intents" => Trigger::Intents { intents: keys("intents") },
        "error" => Trigger::Error,
        "silence" => Trigger::Silence,
        _ => Trigger::Phrases { phrases: strings("phrases") },
    };
    Some(Handler {
        id: value["id"].as_str()?.into(),
        name: serde_json::from_value(value["name"].clone()).unwrap_or_default(),
        on,
        to: value["to"].as_str().unwrap_or_default().into(),
        returns: value["returns"].as_bool().unwrap_or(false),
    })
}

/// The form, in the words of a kind's schema.
fn schema() -> Value {
    let texts = json!({ "type": "object", "additionalProperties": { "type": "string" }, "x-ref": "texts" });
    let with = |base: &Value, more: Value| {
        let mut merged = base.clone();
        if let (Some(to), Some(from)) = (merged.as_object_mut(), more.as_object()) {
            to.extend(from.clone());
        }
        merged
    };
    let variables = json!({ "type": "array", "items": { "type": "string", "x-ref": "variable" } });
    json!({ "type": "object", "properties": {
        "name": with(&texts, json!({ "title": "Name", "x-zh": ["名称"], "x-order": 1, "x-plain": true })),
        "description": with(&texts, json!({ "title": "What it is for", "x-zh": ["用途"], "x-order": 2, "x-plain": true })),
        "languages": {
            "type": "array", "x-order": 3, "title": "Languages", "x-zh": ["语言", "客户能用的语言，第一种是主要语言。"],
            "description": "Languages customers are served in, the main one first.",
            "items": { "type": "string", "x-options": [["zh", "中文", "Chinese"], ["en", "英文", "English"]] },
        },
        "handlers": {
            "type": "array", "x-order": 4, "title": "Anywhere in the flow",
            "x-zh": ["全流程处理", "不管对话走到哪一步都生效。"], "x-item": ["处理", "handler"],
            "description": "Works wherever the conversation is.",
            "items": { "type": "object", "required": ["id", "name", "on", "to"], "properties": {
                "id": { "type": "string", "x-hidden": true },
                "name": with(&texts, json!({ "title": "Name", "x-zh": ["名称"], "x-order": 1, "x-plain": true })),
                "on": trigger_schema(),
                "to": { "type": "string", "x-ref": "node", "x-order": 3, "title": "Go to", "x-zh": ["去到"] },
                "returns": { "type": "boolean", "x-order": 4, "title": "Come back afterwards", "x-zh": ["处理完回到原处", "走完后回到被打断的步骤，再问一次。"],
                    "description": "When its path ends, the interrupted step asks again.", "default": false },
            } },
        },
        "repair": repair::schema(),
        "gather_seconds": {
            "type": "number", "minimum": 0, "maximum": f64::from(MAX_GATHER_MS) / 1_000.0, "default": 0, "x-order": 5,
            "title": "Collect short messages", "x-unit": ["秒", "seconds"],
            "x-zh": ["合并连发的短消息", "客户连着发几条时，等他停下来这么久，再一起理解、回答一次。0 表示每条都马上回答；一般 2 到 3 秒。"],
            "description": "When a customer sends several messages in a row, wait for a pause this long, then answer them together. 0 answers each at once; 2 or 3 seconds are usual.",
        },
        "key": { "type": "string", "x-order": 6, "x-group": "more", "title": "Key", "x-zh": ["键", "地址和其他流程用它来找到这个流程。"],
            "description": "Addresses and other flows find this flow by it." },
        "inputs": with(&variables, json!({ "x-order": 7, "x-group": "more", "x-item": ["变量", "variable"], "title": "Given by a calling flow",
            "x-zh": ["调用时给入"] })),
        "outputs": with(&variables, json!({ "x-order": 8, "x-group": "more", "x-item": ["变量", "variable"], "title": "Given back to a calling flow",
            "x-zh": ["调用后返回"] })),
    } })
}

/// What sets a handler off.
fn trigger_schema() -> Value {
    json!({ "type": "object", "x-order": 2, "x-bare": true, "title": "When", "x-zh": ["什么时候"], "required": ["kind", "phrases"],
        "properties": {
            "kind": { "type": "string", "x-order": 1, "title": "When", "x-zh": ["什么时候"], "default": "phrases", "x-options": [
                ["phrases", "客户说到这些词", "The customer says"],
                ["intents", "识别为意图", "A topic is recognised"],
                ["mood", "客户有情绪", "The customer is upset"],
                ["error", "步骤出错时", "A step fails"],
                ["silence", "客户没有回答", "The customer stays silent"],
            ] },
            "phrases": { "type": "array", "x-order": 2, "items": { "type": "string" }, "title": "Words", "x-zh": ["词语"], "default": [], "x-show-when": { "kind": "phrases" } },
            "intents": { "type": "array", "x-order": 3, "items": { "type": "string", "x-ref": "intent" }, "title": "Topics", "x-zh": ["意图"], "x-show-when": { "kind": "intents" } },
            "emotions": { "type": "array", "x-order": 4, "title": "Moods", "x-zh": ["情绪", "客户表现出哪些情绪时触发。"], "default": ["angry"], "x-show-when": { "kind": "mood" },
                "description": "Which moods set it off.",
                "items": { "type": "string", "x-options": [["angry", "生气", "Angry"], ["anxious", "着急", "Anxious"], ["sad", "难过", "Sad"], ["positive", "满意", "Pleased"]] } },
            "at_least": { "type": "number", "x-order": 5, "minimum": 0, "maximum": 1, "title": "How surely, at least", "x-zh": ["至少多大把握", "0 到 1，建议 0.75：有把握才打断客户。反复问、没被听懂的客户不满到这个程度也算。"], "default": 0.75, "x-show-when": { "kind": "mood" },
                "description": "0 to 1; 0.75 is a good one: customers are interrupted only when it is certain. Those who become as upset by and by count too." },
            "once_per": { "type": "integer", "x-order": 6, "minimum": 1, "maximum": 100, "title": "At most once in", "x-zh": ["最多每几条一次", "客户每说这么多条，最多触发一次。"], "x-unit": ["条", "messages"], "default": 10, "x-show-when": { "kind": "mood" },
                "description": "So many of the customer's messages." },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_went_and_a_change_is_one_edit() {
        let flow: Flow = serde_json::from_value(json!({
            "format": 1, "id": "f", "key": "refund", "name": { "zh": "退款" }, "languages": ["zh"], "nodes": [],
            "handlers": [{ "id": "h1", "name": { "zh": "人工" }, "on": { "kind": "phrases", "phrases": ["人工"] }, "to": "a" }],
        }))
        .expect("a flow");
        let mut settings = as_settings(&flow);
        assert_eq!(edits(&flow, &settings), []);

        settings["handlers"][0]["on"]["kind"] = json!("error");

        let [Edit::SetHandlers(handlers)] = &edits(&flow, &settings)[..] else { panic!("one edit") };
        assert_eq!(handlers[0].on, Trigger::Error);

        settings["handlers"][0]["on"]["kind"] = json!("mood");
        let [Edit::SetHandlers(handlers)] = &edits(&flow, &settings)[..] else { panic!("one edit") };
        assert_eq!(handlers[0].on, Trigger::Mood { emotions: vec![Emotion::Angry], at_least: 0.75, once_per: 10 });
    }

    #[test]
    fn the_pause_between_short_messages_is_written_in_seconds() {
        let flow: Flow = serde_json::from_value(json!({
            "format": 1, "id": "f", "key": "refund", "name": { "zh": "退款" }, "languages": ["zh"], "nodes": [],
        }))
        .expect("a flow");
        for (seconds, ms) in [(json!(2.5), 2_500), (json!(-1), 0), (json!(99), MAX_GATHER_MS), (json!(null), 0)] {
            let mut settings = as_settings(&flow);
            settings["gather_seconds"] = seconds;
            let changed: Vec<u32> = edits(&flow, &settings)
                .iter()
                .map(|edit| match edit {
                    Edit::SetHead(head) => head.gather_ms,
                    _ => u32::MAX,
                })
                .collect();
            assert_eq!(changed, if ms == 0 { vec![] } else { vec![ms] });
        }
    }
}
