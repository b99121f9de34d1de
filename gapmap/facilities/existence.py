"""Does a facility exist on a date? What its status says, and its dates."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from gapmap.facilities.value import Facilities

__all__ = ["exists_at", "exists_ever", "facilities_at", "in_use"]

_USED = """
    在用 使用 使用中 正在使用 正常 正常使用 投入使用 已投入使用 已投用 投用 启用 已启用 运行
    运行中 正常运行 运营 运营中 正常运营 营业 营业中 开放 开放中 对外开放 开通 已开通 现状 现有
    已有 建成 已建 已建成 完工 已完工 竣工 已竣工 已交付 有效 存在 是 有
    open|opened|in use|used|in operation|in service|operating|operational|active|existing|exists|
    running|working|functioning|built|complete|completed|yes|y|true|1
"""
_ENDED = """
    停用 已停用 暂停 暂停使用 停止使用 停运 已停运 停业 停办 已停办 关闭 已关闭 关停 已关停 废弃
    已废弃 废止 报废 拆除 已拆除 撤销 已撤销 撤并 已撤并 取消 已取消 闲置 空置 损坏 不在用 未使用
    不可用 无效 注销 已注销 否 无
    closed|shut|disused|abandoned|demolished|removed|not in use|unused|out of use|out of service|
    out of order|inactive|suspended|discontinued|vacant|defunct|no|n|false|0
"""
_PLANNED = """
    规划 规划中 已规划 计划 计划中 拟建 待建 未建 未建成 未完工 筹建 筹建中 筹备 筹备中 在建
    建设中 正在建设 新建中 施工 施工中 动工 已动工 开工 已开工 未开工 未启用 未开放 未投用
    未投入使用 尚未投入使用 尚未启用 尚未开放 尚未建成 未开通 待启用 待开放 立项 已立项 前期
    planned|proposed|projected|planning|under construction|construction|building|not built|
    not yet built|not yet open|not open|not opened|future|started
"""


def _words(text: str) -> set[str]:
    chinese = re.findall(r"[\u4e00-\u9fff]+", text)
    english = re.sub(r"[\u4e00-\u9fff]+", " ", text).split("|")
    return {*chinese, *(" ".join(word.split()) for word in english)}


_KINDS = {
    word: kind
    for kind, text in (("used", _USED), ("ended", _ENDED), ("planned", _PLANNED))
    for word in _words(text)
}
_IN_USE = {"used": "yes", "ended": "no", "planned": "no"}


def _kind(status: str) -> str:
    """Give ``used``, ``ended`` or ``planned`` for what a planner wrote, ``""`` for other words.

    Examples
    --------
    >>> _kind("停用(2013年)"), _kind("Under construction"), _kind("待定")
    ('ended', 'planned', '')
    """
    plain = unicodedata.normalize("NFKC", status).casefold().split("(")[0]
    return _KINDS.get(" ".join(re.split(r"[\s_-]+", plain.strip())), "")


def in_use(status: pd.Series) -> pd.Series:
    """Say ``yes``, ``no`` or ``unknown`` for each status; words that are not known are unknown."""
    known = {text: _IN_USE.get(_kind(text), "unknown") for text in status.unique()}
    return status.map(known).astype("str")


def exists_at(table: pd.DataFrame, date: dt.date) -> NDArray[np.str_]:
    """Say of each facility whether it exists at a date: ``yes``, ``no`` or ``unknown``.

    It exists from the day it opens until the day before it closes; without an opening date it
    is taken to have stood always. A status of not being in use, or of being planned, holds at
    every date; but where the status says that the facility has ended, and a closing date says
    since when, it existed before. Unknown is what has a status that is not understood, and what
    closed before it opened: one of the dates is wrong, and no one can tell which.
    """
    day = pd.Timestamp(date)
    opened, closed = table["opened"], table["closed"]
    contrary = (closed < opened).to_numpy()
    by_date = ((opened > day) | (closed <= day)).to_numpy() & ~contrary
    doubtful = contrary | (table["in_use"] == "unknown").to_numpy()
    return np.select([~exists_ever(table) | by_date, doubtful], ["no", "unknown"], "yes")


def exists_ever(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Say of each facility whether it exists, or may exist, at any date: see :func:`exists_at`."""
    closed = table["closed"]
    contrary = (closed < table["opened"]).to_numpy()
    kinds = {status: _kind(str(status)) for status in table["status"].unique()}
    ended = np.array([kinds[status] == "ended" for status in table["status"]], dtype=bool)
    dated_end = ended & closed.notna().to_numpy() & ~contrary
    unused = (table["in_use"] == "no").to_numpy()
    return np.asarray(~unused | dated_end, dtype=bool)


def facilities_at(facilities: Facilities, date: dt.date) -> Facilities:
    """Give the same facilities, with ``counts`` as it is at another date."""
    table = facilities.table.assign(counts=exists_at(facilities.table, date))
    table["counts"] = table["counts"].astype("str")
    return replace(facilities, table=gpd.GeoDataFrame(table), date=date)
