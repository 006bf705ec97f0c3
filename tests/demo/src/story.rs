//! From an empty folder to the evening: the history inside this program, the
//! server as a program, the day, the count.

use client_core::{Clock, SystemClock};
use demo::console::Console;
use demo::server_process::{self, ServerProcess};
use domain::Instant;
use testkit::Rng;

use crate::calendar::{self, TEHRAN_MINUTES};
use crate::day::Stage;
use crate::doors::{Behind, Doors};
use crate::folder::Folder;
use crate::gateway::Gateway;
use crate::history::{Assigned, History};
use crate::inside::Inside;
use crate::office::{self, ADMINISTRATOR, Office, PASSWORD};
use crate::organisation::Organisation;
use crate::phone::Phone;
use crate::report::{self, Incidents};
use crate::{DemoError, PlayArgs, desk, figures, month};

/// Jobs that each technician has today.
const JOBS_TODAY: i64 = 4;
/// Technicians whose phones are opened in the browser.
const PHONES_IN_BROWSER: usize = 2;

/// Plays everything.
pub(crate) fn play(args: &PlayArgs) -> Result<(), DemoError> {
    let runtime = tokio::runtime::Runtime::new().map_err(DemoError::files("start threads"))?;
    runtime.block_on(tell(args))
}

async fn tell(args: &PlayArgs) -> Result<(), DemoError> {
    let clock = SystemClock::new(TEHRAN_MINUTES);
    let program = server_process::program(args.server.clone())?;
    let folder = Folder::open(args.data.clone())?;
    let mut console = Console::new();
    let mut rng = Rng::new(args.seed);
    let organisation = Organisation::new(&mut rng, args.scale.get(), clock.now().at);
    let prepared =
        prepare(&organisation, &folder, &mut rng, &mut console, (args.days, clock.now().at)).await?;

    let mut gateway = Gateway::open().await?;
    let mut server = ServerProcess::new(program, folder.path.join("server"), args.port)?
        .with_setting(format!("--sms-url={}", gateway.url));
    desk::found(&server, &organisation.desk)?;
    server.start()?;
    let address = server.address();
    console.line("server", &format!("listens on {address}"));
    let (mut phones, jobs) = prepared;
    for phone in &mut phones {
        phone.use_server(&address)?;
    }
    let office = Office::sign_in(&address, &organisation.dispatchers[0].username).await?;
    let mut stage = Stage {
        console: &mut console,
        organisation: &organisation,
        office,
        phones,
        jobs,
        server: &mut server,
        folder: folder.path.clone(),
        rng,
        phone_kills: 0,
        phones_restored: 0,
    };
    stage.play().await?;
    let cast = desk::Cast {
        organisation: &organisation,
        dispatcher: &stage.office,
        caller: Office::sign_in(&address, &organisation.caller.username).await?,
        phone: &stage.phones[0],
        gateway: &mut gateway,
        address: address.clone(),
    };
    let links = desk::play(stage.console, &mut stage.rng, cast).await?;
    stage.phones.iter_mut().for_each(Phone::switch_off);
    let Stage { phones, phone_kills, phones_restored, .. } = stage;
    let figures = figures::count(&folder.path.join("server"), &phones)?;
    let incidents = Incidents {
        server_kills: server.kills(),
        phone_kills,
        phones_restored,
        seconds: clock.monotonic().as_secs_f64(),
    };
    let quality = Office::sign_in(&address, &organisation.quality.username).await?;
    month::show(&mut console, &quality).await?;
    report::table(&mut console, &figures, &incidents);
    let doors = doors(&organisation, &folder, &address, &links)?;
    let told = report::json(&figures, &incidents, &doors.json());
    if args.exit {
        drop(doors);
        server.stop()?;
    } else {
        invite(&mut console, &doors, &organisation);
    }
    if args.exit || args.json {
        println!("{told}");
    }
    server.wait()?;
    Ok(())
}

/// Opens what can be looked at.
fn doors(
    organisation: &Organisation,
    folder: &Folder,
    address: &str,
    links: &desk::Links,
) -> Result<Doors, DemoError> {
    let technicians = organisation.technicians.iter().take(PHONES_IN_BROWSER);
    Doors::open(&Behind {
        server: (address, &folder.path.join("server")),
        phones: (&folder.path.join("phones"), technicians.map(|person| person.username.as_str()).collect()),
        visit: links.visit,
        request_token: &links.request_token,
    })
}

/// The organisation and its history, through a server inside this program whose
/// clock the loader sets; then today's jobs.
async fn prepare(
    organisation: &Organisation,
    folder: &Folder,
    rng: &mut Rng,
    console: &mut Console,
    (days, now): (i64, Instant),
) -> Result<(Vec<Phone>, Vec<Vec<Assigned>>), DemoError> {
    console.scene(&format!("An organisation with {days} days of work behind it"));
    let begin = calendar::midnight(now).plus_days(-days - 1);
    let inside = Inside::start(&folder.path.join("server"), organisation, begin).await?;
    let (office, phones) = office::found(organisation, &inside, folder, begin).await?;
    let set_clocks = |instant: Instant| {
        inside.set_clock(instant);
        phones.iter().for_each(|phone| phone.clock.set(instant));
    };
    let caller = Office::sign_in(&inside.address(), &organisation.caller.username).await?;
    let mut history = History::new(organisation, (&office, &caller), &phones, rng.fork());
    history.play(days, now, &set_clocks, console).await?;
    // Ten hours of work lie before now; yesterday ended at six.
    let morning = now.plus_millis(-10 * 3_600_000);
    set_clocks(morning.max(calendar::at(calendar::midnight(now), -5, 0)));
    let mut jobs = Vec::new();
    for technician in 0..phones.len() {
        let mut today = Vec::new();
        for nth in 0..JOBS_TODAY {
            let window = now.plus_millis((nth * 2 - 8) * 3_600_000);
            while today.len() <= usize::try_from(nth).unwrap_or(0) {
                today.extend(history.dispatch(technician, window).await?);
            }
        }
        jobs.push(today);
    }
    drop(history);
    inside.stop().await;
    Ok((phones, jobs))
}

fn invite(console: &mut Console, doors: &Doors, organisation: &Organisation) {
    console.scene("The organisation goes on living; look at it");
    doors.tell(console);
    console.line("sign in", &format!("{ADMINISTRATOR} / {PASSWORD} (administrator)"));
    let people = organisation.dispatchers.iter().map(|person| (person, "dispatcher"));
    let people = people.chain(organisation.representatives.iter().map(|person| (person, "representative")));
    let people = people.chain(organisation.desk.iter().map(|person| (person, "desk")));
    for (person, role) in people.chain(organisation.technicians.iter().map(|person| (person, "technician"))) {
        console.line("sign in", &format!("{} / {PASSWORD} ({role}, {})", person.username, person.name));
    }
    console.line("server", "goes on serving; Ctrl-C ends it");
}
