"""Events of a crash loop of a Spring Boot application, whose log has 110 lines per start."""

from __future__ import annotations

from kubectl_dog.model import events
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.items import LogLine
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_timestamp
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict

LINES = 110
TARGET = Target(DEPLOYMENTS, 'shop', 'billing')
_BANNER = (
    r'  .   ____          _            __ _ _',
    r' /\\ / ___\'_ __ _ _(_)_ __  __ _ \ \ \ \ ',
    r'( ( )\___ | \'_ | \'_| | \'_ \/ _` | \ \ \ \ ',
    r' \\/  ___)| |_)| | | | | || (_| |  ) ) ) )',
    r"  '  |____| .__|_| |_|_| |_\__, | / / / /",
    ' =========|_|==============|___/=/_/_/_/',
    ' :: Spring Boot ::                (v3.4.1)',
)
_STEPS = (
    'c.s.b.BillingApplication : Starting BillingApplication v2.1.0 using Java 21 with PID {pid}',
    'c.s.b.BillingApplication : No active profile set, falling back to 1 default profile',
    '.s.d.r.c.RepositoryConfigurationDelegate : Bootstrapping Spring Data JPA repositories',
    '.s.d.r.c.RepositoryConfigurationDelegate : Finished repository scanning in {ms} ms',
    'o.s.b.w.embedded.tomcat.TomcatWebServer : Tomcat initialized with port 8080 (http)',
    'o.apache.catalina.core.StandardService : Starting service [Tomcat]',
    'o.a.c.c.C.[Tomcat].[localhost].[/] : Initializing Spring embedded WebApplicationContext',
    'w.s.c.ServletWebServerApplicationContext : initialization completed in {ms} ms',
    'o.hibernate.jpa.internal.util.LogHelper : HHH000204: Processing PersistenceUnitInfo',
    'com.zaxxer.hikari.HikariDataSource : HikariPool-1 - Starting...',
)
_CAUSES = (
    'org.springframework.beans.factory.BeanCreationException: Error creating bean "flyway"',
    'Caused by: org.flywaydb.core.internal.exception.FlywaySqlException: Unable to connect',
    'Caused by: org.postgresql.util.PSQLException: Connection to db:5432 refused',
    'Caused by: java.net.ConnectException: Connection refused',
)


def log(start, pid):
    """The texts of one start, in the order of their times."""

    def stamp(number):
        return format_timestamp(start + number / 20)

    steps = [
        f'{stamp(number)}  INFO {pid} --- [           main] {step.format(pid=pid, ms=40 + pid)}'
        for number, step in enumerate(_STEPS)
    ]
    error = f'{stamp(30)} ERROR {pid} --- [           main] o.s.boot.SpringApplication'
    texts = [*_BANNER, '', *steps, f'{error} : Application run failed', '']
    frames = LINES - len(texts) - 2 * len(_CAUSES)
    for number, cause in enumerate(_CAUSES):
        texts.append(cause)
        texts += [
            f'\tat org.example.Level{number}.call{frame}(Level{number}.java:{frame})'
            for frame in range(frames // 4 + (frames % 4 if number == 3 else 0))
        ]
        texts.append(f'\t... {20 + number} common frames omitted')
    return texts


def crash_loop(pods=3, exits=3, seconds=4.0):
    """The events of a rollout of pods that all crash `exits` times."""
    names = [f'billing-7c9f8d6b5-x2x{suffix}q' for suffix in 'bcdfghjkl'[:pods]]
    starts, at = [], 1.0
    for number in range(exits):
        starts.append(at)
        at += seconds + 10.0 * 2**number * (number > 0)
    story = [
        events.RunBegan(0.0, 'rollout', (TARGET,)),
        events.RevisionSeen(0.0, TARGET, Revision('2', '1', ('image billing 2.0 → 2.1',)), pods),
    ]
    for number, start in enumerate(starts):
        for index, name in enumerate(names):
            story += _run(name, number, start + index / 10, seconds, index)
        story.append(_cause(names, number + 1, start + seconds + 1.0))
    explanation = Explanation(story[-1].cause, (story[-1].cause.message,), (_CAUSES[-1],))
    story.append(
        events.TargetEnded(at, TARGET, Verdict.FAILED, 'CrashLoop', '', Progress(pods), explanation)
    )
    story.append(events.RunEnded(at, 1, ((TARGET, Verdict.FAILED),)))
    return sorted(story, key=lambda event: event.at)


def _run(name, number, start, seconds, index):
    if number:
        text = f'app exited 1{_times(number)}, started again'
        yield events.ChildChanged(start, TARGET, 'Pod', name, text, (), 'app', number, True)
    texts = log(1_800_000_000.0 + start, 7 + index)
    for piece in range(0, len(texts), 40):
        lines = [LogLine(int(start * 1e9) + piece, text) for text in texts[piece : piece + 40]]
        at = start + seconds * piece / len(texts)
        yield events.LogChunk(at, TARGET, name, 'app', tuple(lines), number)
    text = f'app exited 1{_times(number + 1)}'
    yield events.ChildChanged(start + seconds, TARGET, 'Pod', name, text, (), 'app', number + 1)


def _times(number):
    return f' for the {("", "1st", "2nd", "3rd")[number]} time' if number > 1 else ''


def _cause(names, exits, at):
    message = 'container "app" exited with code 1, 4s after it started'
    cause = Cause('CrashLoop', 'CrashLoopBackOff', 'app', message, tuple(names), exits)
    return events.CauseSeen(at, TARGET, cause, len(names), None, 3)
