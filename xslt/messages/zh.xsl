<!-- zh.xsl: all texts in Chinese; the keys are those of the other message files. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <!-- {0}、{1}：代入的值；<v n="…"/>、<a n="…">：代入的节点。术语与 OCP 一致。 -->
  <xsl:template name="messages-zh">

    <!-- General. -->
    <m k="product">备份任务</m>
    <m k="skip">跳到正文</m>
    <m k="sign-out">退出登录</m>
    <m k="language.other">English</m>
    <m k="language.other-tag">en</m>
    <m k="title.at-risk">个集群有风险</m>
    <m k="yes">是</m>
    <m k="no">否</m>
    <m k="colon">：</m>
    <m k="full-stop">。</m>
    <m k="copy">复制</m>
    <m k="copied">已复制</m>
    <m k="text.none">无</m>
    <m k="text.repaired">已修正</m>
    <m k="text.repaired-why">无法记录的字符已替换为 �。</m>
    <m k="sample">示例</m>
    <m k="sample.why">示例集群：状态为模拟数据。</m>

    <!-- Navigation. -->
    <m k="nav.you">用户</m>
    <m k="nav.sections">导航</m>
    <m k="nav.recovery">备份恢复</m>
    <m k="nav.data">备份</m>
    <m k="nav.second">二次备份</m>
    <m k="nav.clusters">集群</m>
    <m k="nav.operations">运维</m>
    <m k="nav.commands">操作指令</m>
    <m k="nav.audit">审计</m>
    <m k="nav.kinds">任务类型</m>
    <m k="nav.pages">分页</m>
    <m k="nav.crumbs">当前位置</m>
    <m k="role.viewer">查看者</m>
    <m k="role.operator">操作员</m>
    <m k="role.auditor">审计员</m>
    <m k="role.feed">数据接口</m>
    <m k="role.">无角色</m>

    <!-- Times and units. -->
    <m k="unit.s">秒</m>
    <m k="unit.min">分钟</m>
    <m k="unit.h">小时</m>
    <m k="unit.d">天</m>
    <m k="time.ago">{0}前</m>
    <m k="time.in">{0}后</m>
    <m k="time.so-far">已 {0}</m>
    <m k="time.left">约剩 {0}</m>
    <m k="time.unknown">未知时长</m>
    <m k="size.rate">，{0}/秒</m>

    <!-- The sentence at the top. -->
    <m k="health.at-risk.one" xml:space="preserve"><a n="all"><v n="all"/></a> 个集群中有 <a n="n"><v n="n"/></a> 个存在风险。</m>
    <m k="health.at-risk.many" xml:space="preserve"><a n="all"><v n="all"/></a> 个集群中有 <a n="n"><v n="n"/></a> 个存在风险。</m>
    <m k="health.ok.one" xml:space="preserve">唯一的<a n="all">集群</a>无风险。</m>
    <m k="health.ok.many" xml:space="preserve">全部 <a n="all"><v n="all"/></a> 个集群均无风险。</m>
    <m k="health.none">目前未发现存在风险的集群。</m>
    <m k="health.empty">没有您可以查看的集群。</m>
    <m k="health.unknown.one" xml:space="preserve">有 <a n="n"><v n="n"/></a> 个集群从未采集到数据。</m>
    <m k="health.unknown.many" xml:space="preserve">有 <a n="n"><v n="n"/></a> 个集群从未采集到数据。</m>
    <m k="health.agents-away">已有 {0} 没有任何代理在线：无人采集集群，此处所有数据至少已有这么旧，发起的操作也不会执行。</m>
    <m k="health.all">查看全部。</m>
    <m k="risk.LOG_INTERRUPTED" xml:space="preserve"><v n="who"/> 的日志备份已于 <v n="age"/>前<a n="record">中断</a>。</m>
    <m k="risk.LOG_FAILED" xml:space="preserve"><v n="who"/> 的日志备份已于 <v n="age"/>前<a n="record">失败</a>。</m>
    <m k="risk.LOG_LATENCY" xml:space="preserve"><v n="who"/> 的日志备份<a n="record">延时至少 <v n="age"/></a>。</m>
    <m k="risk.DATA_AGE" xml:space="preserve"><v n="who"/> 已有 <v n="age"/><a n="record">没有成功的数据备份</a>。</m>
    <m k="risk.DATA_NEVER" xml:space="preserve"><v n="who"/> <a n="record">从未有过成功的数据备份</a>。</m>
    <m k="risk.STALE" xml:space="preserve"><v n="who"/> 已有 <v n="age"/><a n="record">没有响应</a>，其数据停留在当时。</m>
    <m k="risk.LOG_STOPPED" xml:space="preserve"><v n="who"/> 的日志备份<a n="record">已停止</a> <v n="age"/>。</m>
    <m k="risk.DATA_FAILED" xml:space="preserve"><v n="who"/> 最近一次数据备份已于 <v n="age"/>前<a n="record">失败</a>。</m>
    <m k="risk.other" xml:space="preserve"><v n="who"/> <a n="record">存在风险</a>。</m>
    <m k="risk.tenant">(租户 {0})</m>

    <!-- Tiles and tabs. -->
    <m k="tile.data">数据备份</m>
    <m k="tile.log">日志备份</m>
    <m k="tile.cleanup">备份清理</m>
    <m k="tile.now">当前</m>
    <m k="tile.range.1h">近 1 小时</m>
    <m k="tile.range.24h">近 24 小时</m>
    <m k="tile.range.7d">近 7 天</m>
    <m k="tile.range.30d">近 30 天</m>
    <m k="tile.range.custom">所选时段</m>
    <m k="tile.settled">已取消或已确认</m>
    <m k="settled.yes">是</m>
    <m k="settled.no">否</m>
    <m k="filter.settled">已取消或已确认</m>
    <m k="tile.data.COMPLETED">已完成</m>
    <m k="tile.data.FAILED">失败</m>
    <m k="tile.data.IN_PROGRESS">进行中</m>
    <m k="tile.data.UNKNOWN">未知</m>
    <m k="tile.log.IN_PROGRESS">进行中</m>
    <m k="tile.log.STARTING">启动中</m>
    <m k="tile.log.STOPPING">停止中</m>
    <m k="tile.log.STOPPED">已停止</m>
    <m k="tile.log.FAILED">失败</m>
    <m k="tile.log.INTERRUPTED">已中断</m>
    <m k="tile.log.UNKNOWN">未知</m>
    <m k="tile.cleanup.COMPLETED">已完成</m>
    <m k="tile.cleanup.FAILED">任务失败</m>
    <m k="tile.cleanup.EXECUTING">任务执行中</m>
    <m k="tile.cleanup.PENDING">未开始执行</m>
    <m k="tile.cleanup.UNKNOWN">未知</m>
    <m k="tab.data">数据备份</m>
    <m k="tab.log">日志备份</m>
    <m k="tab.cleanup">备份清理</m>
    <m k="tab.bad">{1}：{0} 个异常</m>

    <!-- Time range and zone. -->
    <m k="range.label">时间范围</m>
    <m k="range.now">当前</m>
    <m k="range.1h">近 1 小时</m>
    <m k="range.24h">近 24 小时</m>
    <m k="range.7d">近 7 天</m>
    <m k="range.30d">近 30 天</m>
    <m k="range.custom">自定义</m>
    <m k="range.from">开始</m>
    <m k="range.to">结束（不含）</m>
    <m k="range.half-open">显示在开始时刻（含）之后、结束时刻之前启动的任务。</m>
    <m k="range.show">查询</m>
    <m k="range.words.1h">近 1 小时内</m>
    <m k="range.words.24h">近 24 小时内</m>
    <m k="range.words.7d">近 7 天内</m>
    <m k="range.words.30d">近 30 天内</m>
    <m k="range.words.custom">{0} 至 {1}（不含）期间</m>
    <m k="range.words.now">当前</m>
    <m k="zone.show">按此时区显示</m>
    <m k="zone.label">时区</m>

    <!-- Filters. -->
    <m k="filter.label">筛选列表</m>
    <m k="filter.by-status">按状态筛选</m>
    <m k="filter.all">全部</m>
    <m k="filter.any">全部</m>
    <m k="filter.apply">筛选</m>
    <m k="filter.part">名称的一部分</m>
    <m k="filter.remove">移除此条件</m>
    <m k="filter.clear">清除全部</m>
    <m k="filter.status">状态</m>
    <m k="filter.cluster">集群</m>
    <m k="filter.tenant">租户</m>
    <m k="filter.cluster-id">集群 ID</m>
    <m k="filter.tenant-name">租户名称</m>
    <m k="filter.group">分组</m>
    <m k="filter.backup-set">备份集 ID</m>
    <m k="filter.mode">方式</m>
    <m k="filter.method">备份方式</m>
    <m k="filter.kind">类型</m>
    <m k="filter.action">操作</m>
    <m k="filter.user">用户</m>

    <!-- Lists. -->
    <m k="list.running-earlier.one">{0} 个任务在此时段之前开始，仍在运行</m>
    <m k="list.running-earlier.many">{0} 个任务在此时段之前开始，仍在运行</m>
    <m k="empty.data">{0}没有数据备份任务。</m>
    <m k="empty.log">没有日志备份。</m>
    <m k="empty.cleanup">{0}没有备份清理任务。</m>
    <m k="empty.second">{0}没有二次备份。</m>
    <m k="empty.commands">{0}没有操作指令。</m>
    <m k="empty.audit">{0}没有审计记录。</m>
    <m k="empty.plain.data">没有数据备份任务。</m>
    <m k="empty.plain.log">没有日志备份。</m>
    <m k="empty.plain.cleanup">没有备份清理任务。</m>
    <m k="empty.plain.second">没有二次备份。</m>
    <m k="empty.plain.clusters">没有集群。</m>
    <m k="empty.plain.commands">没有操作指令。</m>
    <m k="empty.plain.audit">没有审计记录。</m>
    <m k="empty.no-more">没有更多记录。</m>
    <m k="empty.filters">当前筛选条件：</m>
    <m k="empty.unfilter">清除筛选条件</m>
    <m k="empty.longer">查看近 30 天</m>
    <m k="empty.nothing-yet">集群上报后会显示在这里。</m>
    <m k="foot.worst">最需处理的在前</m>
    <m k="foot.newest">最新在前</m>
    <m k="foot.size">每页条数：</m>
    <m k="foot.zone">时间按 {0} 显示</m>
    <m k="foot.as-of">数据截至 {0}（{1}）</m>
    <m k="foot.formats">此视图的其他格式：</m>
    <m k="page.first">« 最新</m>
    <m k="page.prev">‹ 上一页</m>
    <m k="page.next">下一页 ›</m>
    <m k="refresh.in">{0} 秒后刷新</m>
    <m k="refresh.paused">已暂停刷新 {0}</m>
    <m k="refresh.failed">已 {0}未能刷新</m>
    <m k="refresh.ended">登录已失效，已 {0}未能刷新</m>
    <m k="refresh.sign-in">重新登录</m>
    <m k="refresh.pause">暂停</m>
    <m k="refresh.resume">继续</m>

    <!-- Columns. -->
    <m k="col.id">ID</m>
    <m k="col.cluster">所属集群</m>
    <m k="col.tenant">租户</m>
    <m k="col.mode">数据备份方式</m>
    <m k="col.backup-set">备份集 ID</m>
    <m k="col.source">备份任务来源</m>
    <m k="col.start-time">开始时间</m>
    <m k="col.end-time">结束时间</m>
    <m k="col.status">状态</m>
    <m k="col.second">是否做过二次备份</m>
    <m k="col.actions">操作</m>
    <m k="col.method">备份方式</m>
    <m k="col.host">服务所属的主机 IP</m>
    <m k="col.latest">最新备份时间点</m>
    <m k="col.latency">延时</m>
    <m k="col.directory">存储目录</m>
    <m k="col.kind">类型</m>
    <m k="col.end-or-latest">结束时间或最新备份</m>
    <m k="col.first">原备份</m>
    <m k="col.risk">风险</m>
    <m k="col.tenants">租户</m>
    <m k="col.oldest-data">最近数据备份（最差租户）</m>
    <m k="col.oldest-log">日志备份位点（最差租户）</m>
    <m k="col.observed">最近响应</m>
    <m k="col.version">版本</m>
    <m k="col.last-full">最近全量</m>
    <m k="col.last-incremental">最近增量</m>
    <m k="col.log-backup">日志备份</m>
    <m k="col.action">操作</m>
    <m k="col.by">发起人</m>
    <m k="col.requested">发起时间</m>
    <m k="col.ended">结束时间</m>
    <m k="col.state">状态</m>
    <m k="col.result">结果</m>
    <m k="col.at">时间</m>
    <m k="col.user">用户</m>
    <m k="col.from">来源地址</m>
    <m k="col.outcome">结果</m>
    <m k="col.detail">详情</m>
    <m k="col.round">轮次</m>
    <m k="col.checkpoint">位点</m>
    <m k="col.gap-from">开始</m>
    <m k="col.gap-to">结束</m>

    <!-- Labels. -->
    <m k="label.tenant">租户</m>
    <m k="label.data-version">数据版本</m>
    <m k="label.size">大小</m>
    <m k="label.set-state">备份集状态</m>
    <m k="label.raw-status">集群内状态</m>
    <m k="label.contact">连接</m>
    <m k="label.restorable">可恢复时间点</m>
    <m k="label.restorable-from">可恢复时间点（起）</m>
    <m k="label.restorable-to">可恢复时间点（止）</m>
    <m k="label.progress">进度</m>
    <m k="label.duration">耗时</m>
    <m k="label.source-id">集群内 ID</m>
    <m k="label.status-since">进入该状态</m>
    <m k="label.updated">最近变更</m>
    <m k="label.type">类型</m>
    <m k="label.items">清理项</m>
    <m k="label.ob-name">OceanBase 集群名</m>
    <m k="label.ob-id">OceanBase 集群 ID</m>
    <m k="label.adapter">适配器</m>
    <m k="label.groups">分组</m>
    <m k="label.rpo">允许的日志延时</m>
    <m k="label.data-age">数据备份最长间隔</m>
    <m k="label.role">角色</m>
    <m k="label.log-mode">日志模式</m>
    <m k="label.target">对象</m>
    <m k="label.expected">发起时状态</m>
    <m k="label.carried-out">开始执行</m>
    <m k="label.canceled-by">取消人</m>
    <m k="label.deadline">截止时间</m>
    <m k="label.code">错误码</m>
    <m k="label.stage">阶段</m>
    <m k="label.trace">Trace ID</m>
    <m k="label.request-id">请求 ID</m>

    <!-- Codes. -->
    <m k="mode.FULL">全量</m>
    <m k="mode.INCREMENTAL">增量</m>
    <m k="method.PHYSICAL">物理备份</m>
    <m k="method.LOGICAL">逻辑备份</m>
    <m k="kind.DATA">数据</m>
    <m k="kind.LOG">日志</m>
    <m k="set-state.AVAILABLE">可用</m>
    <m k="set-state.INCOMPLETE">不完整</m>
    <m k="set-state.EXPIRED">已过期</m>
    <m k="set-state.DELETING">删除中</m>
    <m k="set-state.DELETED">已删除</m>
    <m k="status.STARTING">启动中</m>
    <m k="status.IN_PROGRESS">进行中</m>
    <m k="status.STOPPING">停止中</m>
    <m k="status.STOPPED">已停止</m>
    <m k="status.FAILED">失败</m>
    <m k="status.INTERRUPTED">已中断</m>
    <m k="status.COMPLETED">已完成</m>
    <m k="status.SCHEDULING">调度中</m>
    <m k="status.CLEANING">清理中</m>
    <m k="status.CANCELED">已取消</m>
    <m k="status.UNKNOWN">未知</m>
    <m k="status.cleanup.PENDING">未开始执行</m>
    <m k="status.cleanup.EXECUTING">任务执行中</m>
    <m k="status.cleanup.FAILED">任务失败</m>
    <m k="status.cleanup.COMPLETED">已完成</m>
    <m k="status.cleanup.UNKNOWN">未知</m>
    <m k="status.OK">正常</m>
    <m k="status.WARNING">警告</m>
    <m k="status.CRITICAL">严重</m>
    <m k="status.STALE">数据过时</m>
    <m k="status.IDLE">无备份在运行</m>
    <m k="status.REQUESTED">已发起</m>
    <m k="status.RUNNING">执行中</m>
    <m k="status.DONE">已完成</m>
    <m k="status.EXPIRED">已超时</m>
    <m k="action.start">启动</m>
    <m k="action.stop">停止</m>
    <m k="action.restart">重启</m>
    <m k="action.acknowledge">确认</m>
    <m k="action.cancel">取消</m>
    <m k="action.backup">立即备份</m>
    <m k="action.migrate">升级数据表</m>
    <m k="action.sample">填充示例数据</m>
    <m k="action.repair">修复</m>
    <m k="action.prune">清除旧事件</m>
    <m k="action.cluster-add">注册集群</m>
    <m k="action.cluster-set">修改集群注册信息</m>
    <m k="action.cluster-pause">暂停集群</m>
    <m k="action.cluster-resume">恢复集群</m>
    <m k="action.cluster-remove">移除集群</m>
    <m k="action.cause">查看原因</m>
    <m k="action.details">详情</m>
    <m k="target.log">日志备份</m>
    <m k="target.data">数据备份任务</m>
    <m k="target.cleanup">清理任务</m>
    <m k="target.second">二次备份</m>
    <m k="target.clusters">集群</m>
    <m k="target.command">指令</m>
    <m k="target.commands">指令</m>
    <m k="outcome.ACCEPTED">已接受</m>
    <m k="outcome.REFUSED">已拒绝</m>
    <m k="outcome.EXPIRED">已过期</m>
    <m k="outcome.DONE">已完成</m>
    <m k="outcome.FAILED">失败</m>

    <!-- Notes on a row. -->
    <m k="note.acknowledged">{0} 已确认</m>
    <m k="note.stale">数据已过时 {0}</m>
    <m k="stale.sentence">集群已有 {0} 没有响应，以下内容停留在当时。</m>
    <m k="command.by">{1} 发起的{0}</m>
    <m k="command.title">{0}：{1}</m>
    <m k="command.lead.REQUESTED">正在等待集群的代理执行；截止时间为{0}。</m>
    <m k="command.lead.RUNNING">代理正在执行；截止时间为{0}。</m>
    <m k="command.lead.DONE">已执行完成。</m>
    <m k="command.lead.FAILED">执行失败，原因见结果。可以重新发起。</m>
    <m k="command.progress-at">（{0}的情况）</m>
    <m k="command.lead.EXPIRED">截止时间之前没有代理执行，此后也不会再执行。请检查该集群的代理是否运行，然后重新发起。</m>
    <m k="command.lead.CANCELED">在执行之前已被取消。</m>
    <m k="command.look-again">刷新</m>

    <!-- Data, log, cleanup and second backups. -->
    <m k="data.more">查看任务详情</m>
    <m k="data.never">从未</m>
    <m k="task.title">数据备份任务 {0}</m>
    <m k="cleanup.title">备份清理任务 {0}</m>
    <m k="cleanup.items">{0} / {1}</m>
    <m k="second.title">二次备份 {0}</m>
    <m k="second.of">数据备份任务 {0} 的二次备份</m>
    <m k="second.count.one">是，{0} 个</m>
    <m k="second.count.many">是，{0} 个</m>
    <m k="log.title">{0} 的日志备份</m>
    <m k="log.rounds">归档轮次</m>
    <m k="log.rounds.one">此时段内 {0} 个轮次</m>
    <m k="log.rounds.many">此时段内 {0} 个轮次</m>
    <m k="log.gaps">归档缺口</m>
    <m k="log.gaps-mean">无法恢复到以下时段内的任意时间点。</m>
    <m k="log.no-gaps">没有已知缺口：在备份保留范围内，自首个轮次起的任意时间点均可恢复。</m>
    <m k="log.gap-open">尚未结束</m>
    <m k="log.none">无日志备份</m>
    <m k="latency.at-least">至少 {0}</m>
    <m k="latency.seen">{0}采集</m>
    <m k="latency.history">延时</m>
    <m k="latency.worst">最大 {0}，最近 {1}。</m>
    <m k="latency.none">此时段没有延时记录。</m>
    <m k="latency.as-table">以表格显示</m>
    <m k="cluster.data">近 7 天的数据备份任务</m>
    <m k="cluster.log">日志备份</m>
    <m k="cluster.cleanup">近 7 天的备份清理任务</m>
    <m k="cluster.second">近 7 天的二次备份</m>
    <m k="cluster.tenants">租户（{0}）</m>
    <m k="cluster.no-tenants">尚未采集到该集群的租户。</m>

    <!-- Causes. -->
    <m k="cause.title">数据备份任务 {0} 失败的原因</m>
    <m k="cause.heading">原因</m>
    <m k="cause.remedy">处理建议：</m>
    <m k="cause.text">集群返回的原文</m>
    <m k="cause.no-text">集群没有返回更多信息。</m>
    <m k="cause.not-in-catalogue">原因目录中没有对应的解释，以下为集群返回的完整原文。</m>
    <m k="cause.canceled">已被取消</m>
    <m k="cause.code">错误 {0}</m>
    <m k="cause.none-short">未上报原因</m>
    <m k="cause.none-log">集群没有上报原因。请先检查日志备份目的端是否可达、可写、空间是否充足，然后停止并重新启动日志备份，或直接重启。</m>
    <m k="list.true">：</m>
    <m k="list.false">、</m>
    <m k="cause.same.one">近 {1} 天内另有 {0} 个任务因相同原因失败</m>
    <m k="cause.same.many">近 {1} 天内另有 {0} 个任务因相同原因失败</m>
    <m k="cause.task">任务</m>

    <!-- Forms. -->
    <m k="form.title.start">启动 {0} 的日志备份</m>
    <m k="form.title.stop">停止 {0} 的日志备份</m>
    <m k="form.title.restart">重启 {0} 的日志备份</m>
    <m k="form.title.acknowledge">确认 {0} 的日志备份异常</m>
    <m k="form.title.cancel">取消 {0} 的操作指令</m>
    <m k="form.title.acknowledge.data">确认 {0} 的数据备份失败</m>
    <m k="form.title.acknowledge.cleanup">确认 {0} 的备份清理失败</m>
    <m k="form.title.acknowledge.second">确认 {0} 的二次备份失败</m>
    <m k="form.title.cancel.data">取消 {0} 的数据备份</m>
    <m k="form.title.cancel.cleanup">取消 {0} 的备份清理</m>
    <m k="form.title.backup">立即备份 {0}</m>
    <m k="form.does.start">{0} 的日志备份将开始新的轮次，并占用数据库资源。停止期间写入的数据无法按时间点恢复；请在启动后尽快执行一次数据备份。</m>
    <m k="form.does.stop">{0} 的日志备份将停止。此后无法按时间点恢复到最后可恢复时刻之后，直到重新启动日志备份并完成新的数据备份。部分版本在之后发起数据备份时会再次开启日志备份。</m>
    <m k="form.does.restart">{0} 已中断的轮次将被停止，并开始新的轮次。最后可恢复时刻与新轮次之间的缺口将永久存在；请在之后尽快执行一次数据备份。</m>
    <m k="form.does.acknowledge">{0} 的异常将标记为已知。它会连同您的姓名、时间和理由保留在历史中，但不再计为风险，也不再以红色显示。</m>
    <m k="form.does.cancel">{0} 的操作指令将在代理执行之前撤回，集群不会有任何变化。该指令连同您的姓名保留在列表中。</m>
    <m k="form.does.acknowledge.data">{0} 的失败将标记为已知。它会连同您的姓名、时间和理由保留在历史中，但不再计为风险，也不再以红色显示。</m>
    <m k="form.does.acknowledge.cleanup">{0} 的失败将标记为已知。它会连同您的姓名、时间和理由保留在历史中，但不再以红色显示。</m>
    <m k="form.does.acknowledge.second">{0} 的失败将标记为已知。它会连同您的姓名、时间和理由保留在历史中，但不再以红色显示。</m>
    <m k="form.does.cancel.data">{0} 正在运行的数据备份将被取消。已写入的部分无法用于恢复，已花费的时间和带宽不会退回。此前的备份和日志备份不受影响。</m>
    <m k="form.does.cancel.cleanup">{0} 正在运行的备份清理将被取消。已删除的不会恢复；尚未处理的仍保留在存储上并占用空间，直到之后的清理。</m>
    <m k="form.does.backup">将在调度之外立即对 {0} 执行一次数据备份。备份会读取全部或变化的数据，占用数据库带宽和备份存储空间。</m>
    <m k="form.mode.FULL">备份全部数据；恢复时除日志外不依赖其他备份。</m>
    <m k="form.mode.INCREMENTAL">备份自上次备份以来的变化；此前必须有全量备份。</m>
    <m k="form.choose">备份哪个租户？</m>
    <m k="form.number">N 为该指令将获得的编号。</m>
    <m k="form.log-needed">自 4.x 起，日志备份未处于进行中时，数据库会拒绝数据备份。</m>
    <m k="form.button.start">启动日志备份</m>
    <m k="form.button.stop">停止日志备份</m>
    <m k="form.button.restart">重启日志备份</m>
    <m k="form.button.acknowledge">确认</m>
    <m k="form.button.cancel">取消指令</m>
    <m k="form.button.acknowledge.data">确认</m>
    <m k="form.button.acknowledge.cleanup">确认</m>
    <m k="form.button.acknowledge.second">确认</m>
    <m k="form.button.cancel.data">取消数据备份</m>
    <m k="form.button.cancel.cleanup">取消备份清理</m>
    <m k="form.button.backup">立即备份</m>
    <m k="form.back">返回，不执行</m>
    <m k="form.not-now">现在无法执行。</m>
    <m k="form.last-restorable">最后可恢复时刻</m>
    <m k="form.gap">将留下的缺口</m>
    <m k="form.state-for">已持续 {0}</m>
    <m k="form.state-seen">{0}采集</m>
    <m k="form.agent">代理最近在线</m>
    <m k="form.no-agent">该集群从未有代理在线，指令将无人执行。</m>
    <m k="form.agent-away">截止时间之前可能无人执行。</m>
    <m k="form.statements">将执行的语句</m>
    <m k="form.reason">理由（供他人查阅）</m>

    <!-- Errors. -->
    <m k="error.title.BAD_PARAMETER">该地址无法使用</m>
    <m k="error.title.BAD_REQUEST">该请求无法使用</m>
    <m k="error.title.UNAUTHORIZED">您尚未登录</m>
    <m k="error.title.FORBIDDEN">您没有权限</m>
    <m k="error.title.NOT_FOUND">这里没有内容</m>
    <m k="error.title.METHOD_NOT_ALLOWED">此处不支持该操作</m>
    <m k="error.title.NOT_ACCEPTABLE">不提供该格式</m>
    <m k="error.title.CONFLICT">状态已变化</m>
    <m k="error.title.TOO_LARGE">请求过大</m>
    <m k="error.title.TOO_MANY_REQUESTS">请求过于频繁</m>
    <m k="error.title.UNAVAILABLE">暂时无法读取记录</m>
    <m k="error.title.INTERNAL">系统内部出错</m>
    <m k="error.what.BAD_PARAMETER">其中一个参数有误。为避免显示与请求不符的列表，系统不返回结果。请更正该参数，或返回列表。</m>
    <m k="error.what.BAD_REQUEST">未执行任何操作。请返回列表后重试。</m>
    <m k="error.what.UNAUTHORIZED">您未登录或登录已过期，未执行任何操作。请登录后重新访问此地址。</m>
    <m k="error.what.FORBIDDEN">您的角色不允许此操作，未执行任何操作。请向管理员申请下列角色。</m>
    <m k="error.what.NOT_FOUND">地址有误、记录已被清理，或不在您的可见范围内。</m>
    <m k="error.what.METHOD_NOT_ALLOWED">未执行任何操作。请返回列表，使用页面上的链接和按钮。</m>
    <m k="error.what.NOT_ACCEPTABLE">此页面提供 HTML 和 XML 格式。</m>
    <m k="error.what.CONFLICT">未执行任何操作：状态已与您打开表单时不同，或另有指令尚未结束。请查看当前状态后重新决定。</m>
    <m k="error.what.TOO_LARGE">未执行任何操作。理由最多 1,000 个字符。</m>
    <m k="error.what.TOO_MANY_REQUESTS">未执行任何操作。请稍候再试。</m>
    <m k="error.what.UNAVAILABLE">记录库没有响应，集群及其备份不受影响。页面会自动重试；如持续出现，请将请求 ID 告知服务管理员。</m>
    <m k="error.what.INTERNAL">您的操作未造成任何更改。请重试；如持续出现，请将请求 ID 告知服务管理员。</m>
    <m k="error.parameter">参数</m>
    <m k="error.said">详细信息</m>
    <m k="error.state">当前状态</m>
    <m k="error.role">所需角色</m>
    <m k="error.sign-in">登录</m>
    <m k="error.again">重试</m>
    <m k="error.to-list">前往数据备份任务</m>

    <!-- The health of the pages themselves. -->
    <m k="nav.health">系统状况</m>
    <m k="report.ready.true">页面工作正常。</m>
    <m k="report.ready.false">目前无法读取页面。</m>
    <m k="report.check">检查项</m>
    <m k="report.found">结果</m>
    <m k="report.worker">工作进程</m>
    <m k="report.agents">代理</m>
    <m k="report.agent">代理</m>
    <m k="report.version">版本</m>
    <m k="report.schema">本版本的表结构</m>
    <m k="report.store-schema">记录库的表结构</m>
    <m k="report.threads">同时处理的请求数</m>
    <m k="report.started">启动时间</m>
    <m k="report.seen">最近出现</m>
    <m k="report.bad">{0} / {1}</m>
    <m k="report.oldest">最早的观测来自{0}。</m>
    <m k="report.limit">{0}，最多 {1}</m>
    <m k="report.name.STORE">记录库</m>
    <m k="report.name.SCHEMA">表结构</m>
    <m k="report.name.RIGHTS">权限</m>
    <m k="report.name.AGENTS">代理</m>
    <m k="report.name.CLUSTERS">集群</m>
    <m k="report.name.LIMITS">上限</m>
    <m k="report.agent-status.ALIVE">工作中</m>
    <m k="report.agent-status.AWAY">失联</m>
    <m k="report.agent-status.STOPPED">已停止</m>
    <m k="report.text.STORE.PASS">记录库有应答。</m>
    <m k="report.text.STORE.FAIL">记录库没有应答：请启动其服务器，或更正工作进程的选项文件。工作进程的日志说明了原因。</m>
    <m k="report.text.SCHEMA.PASS">记录库具有本版本的表结构。</m>
    <m k="report.text.SCHEMA.WARN">记录库的表结构比本工作进程更新：请启动相应版本的工作进程。</m>
    <m k="report.text.SCHEMA.FAIL">记录库缺少本版本的表：请运行“backup-tasks-ctl migrate”。</m>
    <m k="report.text.RIGHTS.PASS">工作进程的账户具有所需的全部权限。</m>
    <m k="report.text.RIGHTS.WARN">工作进程的账户缺少某项权限，因此操作会失败，或无法得知表结构是否属于本版本：请执行“backup-tasks-ctl grants”输出的语句。</m>
    <m k="report.text.RIGHTS.FAIL">工作进程的账户不能读取全部记录：请执行“backup-tasks-ctl grants”输出的语句。</m>
    <m k="report.text.AGENTS.PASS">所有代理都在工作。</m>
    <m k="report.text.AGENTS.WARN">有代理未被停止却失联，或从未有过代理：请启动 backup-tasks-agent 并查看其日志。</m>
    <m k="report.text.AGENTS.FAIL">没有代理在工作：所有状态都停留在其最后一次查看时。请启动 backup-tasks-agent 并查看其日志。</m>
    <m k="report.text.CLUSTERS.PASS">您范围内的所有集群都有应答。</m>
    <m k="report.text.CLUSTERS.WARN">您范围内有集群没有应答：其信息已过时。集群列表说明了原因。</m>
    <m k="report.text.LIMITS.PASS">未达到任何上限。</m>
    <m k="report.text.LIMITS.WARN">您范围内的租户多于“metrics”所能列出的数量：请让范围较小的多个账户分别读取。</m>
  </xsl:template>

</xsl:stylesheet>
