from __future__ import annotations

import copy
import pickle
import typing

from kubectl_dog.model.named_tuple import NamedTuple


class Pod(NamedTuple):
    """A pod."""

    name: str
    ready: bool = False
    labels: typing.Mapping[str, str] = {}

    @property
    def label(self):
        return f'{self.name}!'

    def renamed(self, name):
        return self._replace(name=name)

    @classmethod
    def empty(cls):
        return cls('')


class Typed(typing.NamedTuple):
    """A pod."""

    name: str
    ready: bool = False
    labels: typing.Mapping[str, str] = {}


def test_it_is_the_class_that_typing_creates():
    # What all classes have, and the types of the fields, which typing converts.
    skipped = {'label', 'renamed', 'empty', '__annotations__', '__orig_bases__', '__new__'}
    assert set(dir(Typed)) - skipped == set(dir(Pod)) - skipped
    for name in ('_fields', '_field_defaults', '__doc__', '__module__', '__bases__', '__slots__'):
        assert getattr(Pod, name) == getattr(Typed, name)
    assert typing.get_type_hints(Pod) == typing.get_type_hints(Typed)
    assert (Pod.__name__, Pod.__qualname__) == ('Pod', 'Pod')


def test_values_behave_like_tuples_with_names():
    pod = Pod('a', labels={'b': 'c'})
    assert pod == ('a', False, {'b': 'c'}) == Typed('a', labels={'b': 'c'})
    assert (pod.label, pod.renamed('d').name, Pod.empty().name) == ('a!', 'd', '')
    assert repr(pod) == "Pod(name='a', ready=False, labels={'b': 'c'})"
    assert pickle.loads(pickle.dumps(pod)) == copy.deepcopy(pod) == pod
