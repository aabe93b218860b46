//! `say`: the bot says something and goes on.

use expr::Sink;
use interpreter::{Ctx, Failure, Kind, KindInfo, Next};
use model::spec::{Family, PortRole, PortSpec};
use model::{Content, Template, Texts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["text", "picture", "link", "variations"]))]
pub struct Settings {
    /// The message the customer reads. Type {{ to put in a variable.
    #[schemars(title = "Message", extend("x-zh" = ["消息内容", "客户看到的话。输入 {{ 可以插入变量"]))]
    pub text: Texts,
    /// The address of a picture to send with it.
    #[schemars(title = "Picture", extend("x-zh" = ["图片", "随消息一起发送的图片地址"], "x-group" = "more"))]
    pub picture: Template,
    /// A link shown under the message.
    #[schemars(title = "Link", extend("x-zh" = ["链接", "显示在消息下面的链接"], "x-group" = "more"))]
    pub link: Link,
    /// Other ways to say the same. When the customer comes here again, the next one is used.
    #[schemars(title = "Variations", extend("x-zh" = ["换个说法", "同一句话的其他说法，客户再次走到这里时轮流使用"], "x-group" = "more", "x-item" = ["说法", "variation"]))]
    pub variations: Vec<Texts>,
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-order" = ["url", "title"]))]
pub struct Link {
    /// Where it leads: an address that begins with https://, http://, mailto: or tel:.
    #[schemars(title = "Address", extend("x-zh" = ["地址", "以 https://、http://、mailto: 或 tel: 开头"]))]
    pub url: Template,
    /// The words to click on.
    #[schemars(title = "Words", extend("x-zh" = ["显示文字", "客户点击的文字"]))]
    pub title: Texts,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            text: Texts::new("您好，请问有什么可以帮您？", "Hello! How can I help you?"),
            picture: Template::default(),
            link: Link::default(),
            variations: Vec::new(),
        }
    }
}

impl Kind for Settings {
    fn info() -> KindInfo {
        KindInfo {
            kind: "say",
            version: 1,
            family: Family::Say,
            icon: "message-square",
            label: Texts::new("发消息", "Message"),
            description: Texts::new(
                "对客户说一段话，可以带图片和链接，然后继续。",
                "Says something to the customer, with a picture or a link if you like, and goes on.",
            ),
            keywords: &[
                "message", "text", "reply", "picture", "image", "link", "发送", "回复", "文字", "图片", "链接", "话术",
            ],
            summary: Texts::new("{text}", "{text}"),
            ports: vec![PortSpec::one("next", PortRole::Next, Texts::new("下一步", "next"))],
            enterable: true,
            waits: false,
            order: 10,
        }
    }

    fn examples() -> Vec<(Texts, Self)> {
        vec![
            (
                Texts::new("确认订单号", "Confirm the order number"),
                Self {
                    text: Texts::new(
                        "好的，订单 {{ order_no }} 正在为您查询。",
                        "Thank you, I am looking up order {{ order_no }}.",
                    ),
                    ..Self::default()
                },
            ),
            (
                Texts::new("带链接的退货说明", "Return instructions with a link"),
                Self {
                    text: Texts::new("退货步骤请看这里：", "This is how to return your order:"),
                    link: Link {
                        url: "https://example.com/returns".into(),
                        title: Texts::new("退货说明", "Return instructions"),
                    },
                    variations: vec![Texts::new("您可以按这份说明退货：", "You can follow this guide to return it:")],
                    ..Self::default()
                },
            ),
        ]
    }

    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        ctx.say_text(self.wording(ctx.visit()))?;
        let picture = ctx.expand(&self.picture, Sink::Text)?;
        if !picture.trim().is_empty() {
            let url = address(&picture, &["https://", "http://"])?;
            ctx.say(Content::Picture { url, alt: String::new() });
        }
        let link = ctx.expand(&self.link.url, Sink::Text)?;
        if !link.trim().is_empty() {
            let url = address(&link, &["https://", "http://", "mailto:", "tel:"])?;
            let title = ctx.text(&self.link.title)?;
            let title = if title.trim().is_empty() { url.clone() } else { title };
            ctx.say(Content::Link { url, title });
        }
        Ok(Next::go("next"))
    }
}

impl Settings {
    /// Variations take turns: a choice by chance would make a replay differ.
    fn wording(&self, visit: u32) -> &Texts {
        let others: Vec<_> = self.variations.iter().filter(|texts| !texts.is_empty()).collect();
        match (visit.saturating_sub(1) as usize) % (others.len() + 1) {
            0 => &self.text,
            turn => others[turn - 1],
        }
    }
}

/// An address that customers' windows may open.
fn address(url: &str, schemes: &[&str]) -> Result<String, Failure> {
    let url = url.trim();
    let lower = url.to_ascii_lowercase();
    if schemes.iter().any(|scheme| lower.starts_with(scheme)) && !url.contains(char::is_control) {
        return Ok(url.to_owned());
    }
    Err(Failure::new(
        format!("地址必须以 {} 开头：{url}", schemes.join(" 或 ")),
        format!("an address must begin with {}: {url}", schemes.join(" or ")),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::play::Play;

    #[test]
    fn it_speaks_the_customers_language_and_leaves() {
        let config = json!({ "text": { "zh": "共 {{ amount }} 元", "en": "{{ amount }} in all" } });
        let play = Play::new("say", config).given("amount", json!(12.0)).open();

        assert_eq!(play.said(), ["共 12 元"]);
        assert_eq!(play.left_by(), "next");
    }

    #[test]
    fn pictures_and_links_need_a_safe_address() {
        let link = |url: &str| json!({ "text": {}, "link": { "url": url, "title": { "zh": "看这里" } } });

        assert_eq!(Play::new("say", link("https://example.com/a")).open().said(), ["看这里 https://example.com/a"]);
        assert_eq!(Play::new("say", link("javascript:alert(1)")).open().left_by(), "on error");
    }

    #[test]
    fn variations_take_turns() {
        let settings = super::Settings {
            text: model::Texts::new("一", "1"),
            variations: vec![model::Texts::new("二", "2")],
            ..super::Settings::default()
        };

        let said: Vec<_> = (1..=3).map(|visit| settings.wording(visit).in_language("zh")).collect();
        assert_eq!(said, ["一", "二", "一"]);
    }
}
