"""Describe how the objects of a kind are assessed, and what its definition says about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.objects import get_dict
from kubectl_dog.model.objects import get_dicts
from kubectl_dog.model.objects import get_str
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.tracker_info import USED
from kubectl_dog.model.tracker_info import DefinitionInfo
from kubectl_dog.model.tracker_info import KindInfo
from kubectl_dog.rules import shipped_rules
from kubectl_dog.rules.rule_text import parse_annotation
from kubectl_dog.trackers import crd_evidence
from kubectl_dog.trackers.condition_terms import Meaning
from kubectl_dog.trackers.declarative import foreign_rules
from kubectl_dog.trackers.declarative.crd_annotation import ANNOTATION
from kubectl_dog.trackers.declarative.crd_annotation import BrokenAnnotation
from kubectl_dog.trackers.declarative.rule_model import Rule
from kubectl_dog.tracking.plugins import inventory
from kubectl_dog.tracking.plugins.registry import Trackers
from kubectl_dog.version import VERSION

_OWN_PACKAGE = 'kubectl-dog'
_MEANINGS = {
    Meaning.GOOD: 'ready',
    Meaning.BAD: 'failed',
    Meaning.TRANSIENT: 'failed if it lasts',
    Meaning.WORKING: 'in progress',
    Meaning.PAUSED: 'paused',
    Meaning.NEUTRAL: 'unknown',
}


def read(trackers: Trackers, resource: Resource, definition: Mapping[str, Any]) -> KindInfo:
    """How a kind is assessed; `definition` is its CustomResourceDefinition, or empty."""
    info = _of_packages(trackers, resource)
    if not definition:
        return info
    rule, annotation, note = _annotated_rule(definition, resource)
    if rule is not None:
        info = _of_rule(resource, rule, '', '', f'annotation {annotation}')
    return info._replace(definition=_summary(definition, resource, annotation), note=note)


def _of_packages(trackers: Trackers, resource: Resource) -> KindInfo:
    for entry in inventory.of_kind(trackers.rivals(resource.key), trackers.limit):
        if entry.state == USED:
            package, version, source = entry.package, entry.version, entry.source
            return KindInfo(resource.key, entry.implementation, package, version, source)
    rule = shipped_rules.find_rule(resource)
    if rule is None:
        return KindInfo(resource.key, 'generic')
    return _of_rule(resource, rule, _OWN_PACKAGE, VERSION, rule.source)


def _of_rule(resource: Resource, rule: Rule, package: str, version: str, source: str) -> KindInfo:
    sections = {
        'paused': rule.paused is not None,
        'failed': rule.failed is not None,
        'progressing': rule.progressing is not None,
        'ready': rule.ready is not None,
        'notices': bool(rule.notices),
    }
    names = tuple(name for name, is_given in sections.items() if is_given)
    documentation = rule.documentation
    return KindInfo(resource.key, 'rules', package, version, source, names, documentation)


def _annotated_rule(
    definition: Mapping[str, Any], resource: Resource
) -> tuple[Rule | None, str, str]:
    """The rule in the annotations of a definition, its annotation, and an error."""
    annotations = get_dict(definition, 'metadata', 'annotations')
    text = get_str(annotations, ANNOTATION)
    rules = parse_annotation(text, resource) if text else ()
    if isinstance(rules, BrokenAnnotation):
        return None, ANNOTATION, f'the state of all objects is unknown: {rules.error}'
    rule = next((rule for rule in rules if rule.fits(resource)), None)
    if rule is not None:
        return rule, ANNOTATION, ''
    if foreign_rules.KRANE_CONDITIONS not in annotations:
        return None, '', ''
    try:
        return foreign_rules.krane_rule_of(annotations), foreign_rules.KRANE_CONDITIONS, ''
    except UserError as error:
        return None, foreign_rules.KRANE_CONDITIONS, f'the annotation is ignored: {error}'


def _summary(definition: Mapping[str, Any], resource: Resource, annotation: str) -> DefinitionInfo:
    version = resource.version or _stored_version(definition)
    evidence = crd_evidence.read_evidence(definition, f'{resource.group}/{version}')
    return DefinitionInfo(
        get_str(definition, 'metadata', 'name'),
        version,
        tuple((f'status.{".".join(path)}', name) for path, name in evidence.columns.items()),
        crd_evidence.listed_conditions(evidence),
        tuple(
            (field, value, _MEANINGS[meaning])
            for field, value, meaning in crd_evidence.known_values(evidence)
        ),
        annotation,
    )


def _stored_version(definition: Mapping[str, Any]) -> str:
    versions = get_dicts(definition, 'spec', 'versions')
    stored = (version for version in versions if version.get('storage') is True)
    return get_str(next(stored, {}), 'name')
