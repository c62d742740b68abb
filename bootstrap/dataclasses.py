"""What we use of `dataclasses`, at a small part of its cost when a module is imported.

The standard decorator compiles up to six methods for each class, 0.5 ms of work, and a run imports
a hundred classes of which it uses a third. This one makes a method when it is first called. For the
type checker, and for the functions of `dataclasses`, its classes are dataclasses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

_MISSING = object()


class Field(NamedTuple):
    """What `field()` says about a field."""

    default: Any = _MISSING
    default_factory: Any = _MISSING
    repr: bool = True
    compare: bool = True


class StandardFields:
    """`__dataclass_fields__`, by which `dataclasses` knows its classes; made when it is read."""

    def __get__(self, _instance: object, cls: Any) -> dict[str, Any]:
        """Return the fields as the standard decorator describes them."""
        import dataclasses

        @dataclasses.dataclass
        class Standard:
            __annotations__ = dict.fromkeys(cls.__fields__, "Any")

        return {
            name: standard
            for name, standard in Standard.__dataclass_fields__.items()
            if name in cls.__fields__
        }


def _field(**description: Any) -> Any:
    """Describe a field by its `default`, `default_factory`, `repr` and `compare`."""
    return Field(**description)


def _dataclass(cls: Any = None, /, *, frozen: bool = False, eq: bool = True) -> Any:
    """Add to a class what `dataclasses.dataclass` adds."""
    if cls is None:
        return lambda cls: _dataclass(cls, frozen=frozen, eq=eq)
    body = dict(vars(cls))
    cls.__fields__ = fields = {**getattr(cls, "__fields__", {}), **_own_fields(cls)}
    cls.__dataclass_fields__ = StandardFields()

    added: dict[str, Any] = {
        "__init__": _at_first_call(cls, "__init__", partial(_compile_init, frozen=frozen)),
        "__match_args__": tuple(fields),
        "__repr__": _repr,
    }
    if eq:
        added["__eq__"] = _at_first_call(cls, "__eq__", _make_eq)
        added["__hash__"] = _at_first_call(cls, "__hash__", _make_hash) if frozen else None
    if frozen:
        added |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    for name, value in added.items():
        if body.get(name) is None:  # a class that defines only `__eq__` has None for `__hash__`
            setattr(cls, name, value)
    return cls


def _at_first_call(cls: Any, name: str, make: Callable[[Any], Callable[..., Any]]) -> Any:
    """Return a method that is replaced, at its first call, by the one that `make` returns."""

    def first(self: Any, *args: Any, **kwargs: Any) -> Any:
        method = make(cls)
        setattr(cls, name, method)
        return method(self, *args, **kwargs)

    return first


def _own_fields(cls: Any) -> dict[str, Field]:
    """Return the fields of the class itself; put their defaults in place of `field()`."""
    fields = {}
    for name, annotation in cls.__annotations__.items():
        value = vars(cls).get(name, _MISSING)
        if str(annotation).startswith(("ClassVar", "typing.ClassVar")):
            continue
        fields[name] = field = value if isinstance(value, Field) else Field(value)
        if field.default is not _MISSING:
            setattr(cls, name, field.default)
        elif value is field:
            delattr(cls, name)
    return fields


def _compile_init(cls: Any, *, frozen: bool) -> Any:
    """Compile the `__init__` that the standard decorator would compile."""
    names: dict[str, Any] = {"_MISSING": _MISSING, "_set": object.__setattr__}
    parameters, statements = ["self"], []
    for name, field in cls.__fields__.items():
        value = name
        if field.default_factory is not _MISSING:
            names[f"_factory_{name}"] = field.default_factory
            parameters.append(f"{name}=_MISSING")
            value = f"_factory_{name}() if {name} is _MISSING else {name}"
        elif field.default is not _MISSING:
            names[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        statements.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        statements.append("self.__post_init__()")
    body = "\n    ".join(statements or ["pass"])
    exec(f"def __init__({', '.join(parameters)}):\n    {body}\n", names)  # noqa: S102  # our names
    init = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _repr(self: Any) -> str:
    shown = (name for name, field in self.__fields__.items() if field.repr)
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({values})"


def _make_eq(cls: Any) -> Callable[[Any, object], Any]:
    get = _compared_values(cls)

    def __eq__(self: Any, other: object) -> Any:  # noqa: N807
        return get(self) == get(other) if type(other) is type(self) else NotImplemented

    return __eq__


def _make_hash(cls: Any) -> Callable[[Any], int]:
    get = _compared_values(cls)

    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(get(self))

    return __hash__


def _compared_values(cls: Any) -> Callable[[Any], Any]:
    """Return the function that reads the values which equality and the hash depend on."""
    names = [name for name, field in cls.__fields__.items() if field.compare]
    return attrgetter(*names) if names else type


def _refuse_to_set(_self: Any, name: str, _value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: Any, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _replace(instance: Any, /, **changes: Any) -> Any:
    """Return a copy of an instance with other values for some fields."""
    return type(instance)(**{**_values(instance), **changes})


def _asdict(instance: Any) -> dict[str, Any]:
    """Return the values of the fields by their names; those of a dataclass as a dictionary, too."""
    return {
        name: _asdict(value) if hasattr(value, "__fields__") else value
        for name, value in _values(instance).items()
    }


def _values(instance: Any) -> dict[str, Any]:
    return {name: getattr(instance, name) for name in instance.__fields__}


if TYPE_CHECKING:
    from dataclasses import asdict, dataclass, field, replace
else:
    asdict, dataclass, field, replace = _asdict, _dataclass, _field, _replace

__all__ = ["asdict", "dataclass", "field", "replace"]
