//! Plays a talk against the interpreter, line by line.

mod expect;

use std::collections::VecDeque;

use interpreter::{AgentAct, Answer, Effect, Event, HttpReply, Program, State, step};
use model::{Content, HandOffPacket, Input, Moment, Mood, Status, Texts, Visit};

use self::expect::Heard;
use crate::lines::{AgentLine, HttpLine, Line, Reply, Spoken, Talk};
use crate::model_line;
use crate::pattern;
use crate::report::{LineMark, Mismatch, PlayedLine, Report, path_of};
use crate::world::World;

/// How many effects one line may ask for; more means that the flow goes in circles.
const MAX_EFFECTS_PER_LINE: usize = 500;

/// One event of a talk that was played, and what it led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// When.
    pub now: Moment,
    /// What happened.
    pub event: Event,
    /// The state afterwards.
    pub state: State,
    /// What it asked the world to do.
    pub effects: Vec<Effect>,
}

/// Plays a talk. The same talk, program and world always give the same report.
pub fn play(talk: &Talk, program: &Program, world: &World) -> Report {
    play_and(talk, program, world, &mut |_| {})
}

/// Plays a talk and gives its events, so that it can be replayed without the talk.
/// Values that a `set:` line puts in later are no event: a replay does not have them.
pub fn record(talk: &Talk, program: &Program, world: &World) -> (Report, Vec<Happening>) {
    let mut happened = Vec::new();
    let report = play_and(talk, program, world, &mut |happening| happened.push(happening));
    (report, happened)
}

fn play_and(talk: &Talk, program: &Program, world: &World, watch: &mut dyn FnMut(Happening)) -> Report {
    let language = talk.language.clone().unwrap_or_else(|| program.flow().main_language());
    let mut player = Player {
        program,
        world,
        talk,
        state: State::new(language),
        now: talk.now,
        heard: VecDeque::new(),
        offered: None,
        packet: None,
        is_used: vec![false; talk.lines.len()],
        trace: Vec::new(),
        watch,
    };
    let mut mismatch = None;
    let mut at = 0;
    match player.open() {
        Ok(begin) => {
            at = begin;
            while at < talk.lines.len() && mismatch.is_none() {
                match player.play_line(at) {
                    Ok(()) => at += 1,
                    Err(found) => mismatch = Some(found),
                }
            }
            if mismatch.is_none() {
                mismatch = player.pause(at).and_then(|()| player.nothing_is_left()).err();
            }
        }
        Err(found) => mismatch = Some(found),
    }
    let mark_of = |idx: usize| match (&mismatch, idx.cmp(&at)) {
        (_, std::cmp::Ordering::Less) => LineMark::Played,
        (Some(_), std::cmp::Ordering::Equal) => LineMark::Mismatch,
        _ => LineMark::NotReached,
    };
    let lines = talk.lines.iter().enumerate();
    let lines =
        lines.map(|(idx, line)| PlayedLine { number: line.number, source: line.source.clone(), mark: mark_of(idx) });
    Report {
        title: talk.title.clone(),
        passed: mismatch.is_none(),
        lines: lines.collect(),
        mismatch,
        path: path_of(&player.trace, program),
        trace: player.trace,
    }
}

struct Player<'a> {
    program: &'a Program,
    world: &'a World,
    talk: &'a Talk,
    state: State,
    now: Moment,
    heard: VecDeque<Heard>,
    /// The last message with something to press or fill in.
    offered: Option<Content>,
    /// What the desk got last.
    packet: Option<HandOffPacket>,
    is_used: Vec<bool>,
    trace: Vec<Visit>,
    watch: &'a mut dyn FnMut(Happening),
}

impl Player<'_> {
    /// Opens the conversation with the variables set first; says with which line to go on.
    fn open(&mut self) -> Result<usize, Mismatch> {
        let first = self.talk.lines.iter().take_while(|line| matches!(line.means, Spoken::Set(..))).count();
        let values = self.talk.lines[..first].iter().filter_map(|line| match &line.means {
            Spoken::Set(name, value) => Some((name.as_str().into(), value.clone())),
            _ => None,
        });
        let values = values.collect();
        self.feed(
            Event::Open { language: self.talk.language.clone(), values, channel: self.talk.channel.clone() },
            first,
        )?;
        Ok(first)
    }

    fn play_line(&mut self, at: usize) -> Result<(), Mismatch> {
        let line = &self.talk.lines[at];
        if line.means.is_input() {
            self.nothing_is_left()?;
        } else {
            self.pause(at)?;
        }
        match &line.means {
            Spoken::Customer(text) => self.say(Input::Text(text.clone()), at),
            Spoken::Button(label) => {
                let input = self.press(label)?;
                self.say(input, at)
            }
            Spoken::Form(values) => {
                let values = values.as_object().into_iter().flatten().map(|(id, value)| (id.clone(), value.clone()));
                self.say(Input::Form(values.collect()), at)
            }
            Spoken::Bot(expected) => self.expect_said(expected),
            Spoken::HandOff(team) => self.expect_hand_off(team),
            Spoken::Http(_) | Spoken::Recognise(_) | Spoken::Search(_) | Spoken::Mood(_) | Spoken::Model(_) => {
                self.expect_used(at)
            }
            Spoken::Wait(ms) => self.wait(*ms, at),
            Spoken::Agent(agent) => self.agent(agent, at),
            Spoken::Set(name, value) => {
                if let Some(frame) = self.state.frames.last_mut() {
                    frame.values.insert(name.as_str().into(), value.clone());
                }
                Ok(())
            }
            Spoken::Expect(name, value) => self.expect_value(name, value),
            Spoken::End(result) => self.expect_end(result.as_deref()),
        }
    }

    // --- what happens

    fn say(&mut self, input: Input, at: usize) -> Result<(), Mismatch> {
        if self.state.is_over() {
            return Err(Mismatch::new(
                None,
                "会话已经结束，客户不能再说话",
                "the conversation is over: the customer cannot speak any more",
            ));
        }
        let mood = self.mood(&input, at);
        let act = match &input {
            Input::Text(text) if self.program.mends() => nlu::acts::act(text),
            _ => None,
        };
        self.feed(Event::Said { input, mood, act }, at + 1)
    }

    /// The mood of typed words: as the talk says, or else looked at for real.
    fn mood(&mut self, input: &Input, at: usize) -> Option<Mood> {
        let Input::Text(text) = input else { return None };
        match self.take_line(at + 1, |means| matches!(means, Spoken::Mood(_))).map(|line| &line.means) {
            Some(Spoken::Mood(mood)) => Some(mood.clone()),
            _ => Some(nlu::emotion::mood(text)),
        }
    }

    /// The button with these words, of what was offered last.
    fn press(&self, label: &str) -> Result<Input, Mismatch> {
        match &self.offered {
            Some(Content::Choices { options, .. }) => {
                let option = options.iter().find(|option| option.label == label || option.id == label);
                let labels = || options.iter().map(|it| format!("[{}]", it.label)).collect::<Vec<_>>().join(" ");
                option.map(|option| Input::Choice(option.id.clone())).ok_or_else(|| {
                    Mismatch::new(Some(labels()), format!("没有按钮“{label}”"), format!("there is no button “{label}”"))
                })
            }
            Some(Content::Rating { .. }) if ["1", "2", "3", "4", "5"].contains(&label) => {
                Ok(Input::Choice(label.to_owned()))
            }
            _ => Err(Mismatch::new(
                None,
                format!("没有可以按的按钮“{label}”"),
                format!("nothing was offered to press: no button “{label}”"),
            )),
        }
    }

    /// The customer writes no more for a moment: messages that the flow collects are heard, answered with the lines
    /// from `from` on.
    fn pause(&mut self, from: usize) -> Result<(), Mismatch> {
        let Some(timer) = self.state.burst.as_ref().map(|burst| burst.timer.clone()) else { return Ok(()) };
        self.now = self.now.max(timer.due);
        self.feed(Event::TimerDue { timer: timer.id }, from)
    }

    /// Time passes; timers that come due on the way fire at their time.
    fn wait(&mut self, ms: i64, at: usize) -> Result<(), Mismatch> {
        let until = self.now.saturating_add(ms);
        let next =
            |state: &State| state.timers().filter(|timer| timer.due <= until).min_by_key(|timer| timer.due).cloned();
        while let Some(timer) = next(&self.state) {
            self.now = self.now.max(timer.due);
            self.feed(Event::TimerDue { timer: timer.id }, at + 1)?;
        }
        self.now = until;
        Ok(())
    }

    fn agent(&mut self, agent: &AgentLine, at: usize) -> Result<(), Mismatch> {
        let is_with_agent = self.state.status == Status::WithAgent;
        let default_name = if self.state.language.as_str() == "zh" { "客服" } else { "Agent" }.to_owned();
        if self.state.is_over() {
            return Err(Mismatch::new(None, "会话已经结束", "the conversation is over"));
        }
        let take =
            |name: &String| AgentAct::Taken { name: if name.is_empty() { default_name.clone() } else { name.clone() } };
        let needs_taking = !is_with_agent && !matches!(agent, AgentLine::Take(_) | AgentLine::Nobody);
        if needs_taking {
            self.feed(Event::Agent { act: take(&String::new()) }, at + 1)?;
        }
        let act = match agent {
            AgentLine::Say(_) => return Ok(()),
            AgentLine::Take(name) => take(name),
            AgentLine::HandBack(note) => AgentAct::HandedBack { note: note.clone() },
            AgentLine::End => AgentAct::Ended,
            AgentLine::Nobody => AgentAct::Nobody,
        };
        self.feed(Event::Agent { act }, at + 1)
    }

    /// Lets an event happen and answers what it asks for, with the lines from `from` to the next words.
    fn feed(&mut self, event: Event, from: usize) -> Result<(), Mismatch> {
        let mut events = VecDeque::from([event]);
        let mut n_effects = 0;
        while let Some(event) = events.pop_front() {
            let stepped = step(self.program, self.state.clone(), &event, self.now);
            self.state = stepped.state;
            self.trace.extend(stepped.trace);
            let (state, effects) = (self.state.clone(), stepped.effects.clone());
            (self.watch)(Happening { now: self.now, event, state, effects });
            for effect in stepped.effects {
                n_effects += 1;
                if n_effects > MAX_EFFECTS_PER_LINE {
                    return Err(Mismatch::new(None, "流程好像在绕圈", "the flow seems to go in circles"));
                }
                if let Some(id) = effect.asked().cloned() {
                    let answer = self.answer(&effect, from)?;
                    events.push_back(Event::Done { effect: id, answer });
                    continue;
                }
                match effect {
                    Effect::Say { content, .. } => {
                        if matches!(content, Content::Choices { .. } | Content::Rating { .. } | Content::Form { .. }) {
                            self.offered = Some(content.clone());
                        }
                        self.heard.push_back(Heard::Said(content));
                    }
                    Effect::HandOff { packet } => {
                        self.heard.push_back(Heard::HandedOff(packet.team.0.clone()));
                        self.packet = Some(packet);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, effect: &Effect, from: usize) -> Result<Answer, Mismatch> {
        let world = self.world;
        match effect {
            Effect::Recognise { text, intents, .. } => {
                let line = self.take_line(from, |means| matches!(means, Spoken::Recognise(_)));
                Ok(match line.map(|line| &line.means) {
                    Some(Spoken::Recognise(asked)) => world.recognised_as(asked),
                    _ => world.recognise(text, intents),
                })
            }
            Effect::Search { query, libraries, limit, .. } => {
                let line = self.take_line(from, |means| matches!(means, Spoken::Search(_)));
                Ok(match line.map(|line| &line.means) {
                    Some(Spoken::Search(asked)) => world.found_as(asked),
                    _ => world.search(query, libraries, *limit),
                })
            }
            Effect::Extract { sentences, details, now, .. } => Ok(world.extract(sentences, details, *now)),
            Effect::Call { request, .. } => {
                let method = request.method.as_str();
                let fits = |http: &HttpLine| http.method == method && pattern::matches(&http.url, &request.url);
                let line = self.take_line(from, |means| matches!(means, Spoken::Http(http) if fits(http)));
                let called = format!("http: {method} {}", request.url);
                match line.map(|line| &line.means) {
                    Some(Spoken::Http(HttpLine { reply: Reply::Status(status, body), .. })) => {
                        Ok(Answer::Replied(HttpReply { status: *status, body: body.clone() }))
                    }
                    Some(_) => Ok(Answer::Failed {
                        why: Texts::new("剧本里写明没有回复", "the talk says that there is no reply"),
                    }),
                    None => Err(Mismatch::new(
                        Some(called),
                        "流程调用了接口，剧本里没有与它相符的 http: 行",
                        "the flow called a service; no http: line of the talk fits the call",
                    )),
                }
            }
            Effect::Generate { task, .. } => {
                let line = self.take_line(from, |means| matches!(means, Spoken::Model(_)));
                match line.map(|line| &line.means) {
                    Some(Spoken::Model(written)) => Ok(model_line::answer(task, written)),
                    _ => Err(Mismatch::new(
                        Some(format!("model:    ({})", task.purpose.as_str())),
                        "流程请模型回答，剧本里没有 model: 行",
                        "the flow asked a model; the talk has no model: line for it",
                    )),
                }
            }
            _ => Ok(Answer::Failed {
                why: Texts::new("剧本不能回答这个动作", "a talk cannot answer this effect")
            }),
        }
    }

    /// The first unused line that is wanted, before the next words of the customer.
    fn take_line(&mut self, from: usize, wanted: impl Fn(&Spoken) -> bool) -> Option<&Line> {
        let until = self.talk.lines[from..].iter().position(|line| line.means.is_input());
        let until = until.map_or(self.talk.lines.len(), |n| from + n);
        let at = (from..until).find(|&idx| !self.is_used[idx] && wanted(&self.talk.lines[idx].means))?;
        self.is_used[at] = true;
        Some(&self.talk.lines[at])
    }
}
