<!-- en.xsl: all texts in English; the keys are those of the other message files. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <!-- {0} and {1}: values put in; <v n="…"/> and <a n="…">: nodes put in. -->
  <xsl:template name="messages-en">

    <!-- General. -->
    <m k="product">Backup Tasks</m>
    <m k="skip">Skip to the content</m>
    <m k="sign-out">Sign out</m>
    <m k="language.other">中文</m>
    <m k="language.other-tag">zh-CN</m>
    <m k="title.at-risk">at risk</m>
    <m k="yes">Yes</m>
    <m k="no">No</m>
    <m k="colon">: </m>
    <m k="full-stop">.</m>
    <m k="copy">Copy</m>
    <m k="copied">Copied</m>
    <m k="text.none">none</m>
    <m k="text.repaired">repaired</m>
    <m k="text.repaired-why">Characters that the record could not carry were replaced by �.</m>
    <m k="sample">Sample</m>
    <m k="sample.why">A sample cluster: its state is simulated.</m>

    <!-- Navigation. -->
    <m k="nav.you">You</m>
    <m k="nav.sections">Sections</m>
    <m k="nav.recovery">Backup &amp; Recovery</m>
    <m k="nav.data">Backup</m>
    <m k="nav.second">Second Backups</m>
    <m k="nav.clusters">Clusters</m>
    <m k="nav.operations">Operations</m>
    <m k="nav.commands">Commands</m>
    <m k="nav.audit">Audit</m>
    <m k="nav.kinds">Kinds of task</m>
    <m k="nav.pages">Pages</m>
    <m k="nav.crumbs">Where you are</m>
    <m k="role.viewer">viewer</m>
    <m k="role.operator">operator</m>
    <m k="role.auditor">auditor</m>
    <m k="role.feed">feed</m>
    <m k="role.">no role</m>

    <!-- Times and units. -->
    <m k="unit.s">s</m>
    <m k="unit.min">min</m>
    <m k="unit.h">h</m>
    <m k="unit.d">d</m>
    <m k="time.ago">{0} ago</m>
    <m k="time.in">in {0}</m>
    <m k="time.so-far">{0} so far</m>
    <m k="time.left">about {0} left</m>
    <m k="time.unknown">an unknown time</m>
    <m k="size.rate"> at {0}/s</m>

    <!-- The sentence at the top. -->
    <m k="health.at-risk.one" xml:space="preserve"><a n="n"><v n="n"/></a> of <a n="all"><v n="all"/></a> clusters is at risk.</m>
    <m k="health.at-risk.many" xml:space="preserve"><a n="n"><v n="n"/></a> of <a n="all"><v n="all"/></a> clusters are at risk.</m>
    <m k="health.ok.one" xml:space="preserve">The one <a n="all">cluster</a> is not at risk.</m>
    <m k="health.ok.many" xml:space="preserve">None of <a n="all"><v n="all"/></a> clusters is at risk.</m>
    <m k="health.none">No cluster is known to be at risk.</m>
    <m k="health.empty">There is no cluster here that you may see.</m>
    <m k="health.unknown.one" xml:space="preserve"><a n="n"><v n="n"/></a> cluster has never been observed.</m>
    <m k="health.unknown.many" xml:space="preserve"><a n="n"><v n="n"/></a> clusters have never been observed.</m>
    <m k="health.agents-away">No agent has been seen for {0}: nobody asks the clusters, all numbers here are at least that old, and nothing that is requested is carried out.</m>
    <m k="health.all">See all of them.</m>
    <m k="risk.LOG_INTERRUPTED" xml:space="preserve">Log backup of <v n="who"/> was <a n="record">interrupted</a> <v n="age"/> ago.</m>
    <m k="risk.LOG_FAILED" xml:space="preserve">Log backup of <v n="who"/> <a n="record">failed</a> <v n="age"/> ago.</m>
    <m k="risk.LOG_LATENCY" xml:space="preserve">Log backup of <v n="who"/> is <a n="record">at least <v n="age"/> behind</a>.</m>
    <m k="risk.DATA_AGE" xml:space="preserve"><v n="who"/> has had <a n="record">no good data backup</a> for <v n="age"/>.</m>
    <m k="risk.DATA_NEVER" xml:space="preserve"><v n="who"/> has <a n="record">never had a good data backup</a>.</m>
    <m k="risk.STALE" xml:space="preserve"><v n="who"/> has <a n="record">not answered</a> for <v n="age"/>; what is shown of it is that old.</m>
    <m k="risk.LOG_STOPPED" xml:space="preserve">Log backup of <v n="who"/> has been <a n="record">stopped</a> for <v n="age"/>.</m>
    <m k="risk.DATA_FAILED" xml:space="preserve">The newest data backup of <v n="who"/> <a n="record">failed</a> <v n="age"/> ago.</m>
    <m k="risk.other" xml:space="preserve"><v n="who"/> is <a n="record">at risk</a>.</m>
    <m k="risk.tenant">(tenant {0})</m>

    <!-- Tiles and tabs. -->
    <m k="tile.data">Data backups</m>
    <m k="tile.log">Log backups</m>
    <m k="tile.cleanup">Cleanup</m>
    <m k="tile.now">now</m>
    <m k="tile.range.1h">last hour</m>
    <m k="tile.range.24h">last 24 hours</m>
    <m k="tile.range.7d">last 7 days</m>
    <m k="tile.range.30d">last 30 days</m>
    <m k="tile.range.custom">chosen period</m>
    <m k="tile.settled">canceled or acknowledged</m>
    <m k="settled.yes">Yes</m>
    <m k="settled.no">No</m>
    <m k="filter.settled">Canceled or acknowledged</m>
    <m k="tile.data.COMPLETED">completed</m>
    <m k="tile.data.FAILED">failed</m>
    <m k="tile.data.IN_PROGRESS">in progress</m>
    <m k="tile.data.UNKNOWN">unknown</m>
    <m k="tile.log.IN_PROGRESS">in progress</m>
    <m k="tile.log.STARTING">starting</m>
    <m k="tile.log.STOPPING">stopping</m>
    <m k="tile.log.STOPPED">stopped</m>
    <m k="tile.log.FAILED">failed</m>
    <m k="tile.log.INTERRUPTED">interrupted</m>
    <m k="tile.log.UNKNOWN">unknown</m>
    <m k="tile.cleanup.COMPLETED">completed</m>
    <m k="tile.cleanup.FAILED">failed</m>
    <m k="tile.cleanup.EXECUTING">executing</m>
    <m k="tile.cleanup.PENDING">pending</m>
    <m k="tile.cleanup.UNKNOWN">unknown</m>
    <m k="tab.data">Data Backup Tasks</m>
    <m k="tab.log">Log Backup</m>
    <m k="tab.cleanup">Backup Cleanup</m>
    <m k="tab.bad">{0} bad in {1}</m>

    <!-- Time range and zone. -->
    <m k="range.label">Time range</m>
    <m k="range.now">Now</m>
    <m k="range.1h">Last Hour</m>
    <m k="range.24h">Last 24 Hours</m>
    <m k="range.7d">Last 7 Days</m>
    <m k="range.30d">Last 30 Days</m>
    <m k="range.custom">Custom Time</m>
    <m k="range.from">From</m>
    <m k="range.to">To, not included</m>
    <m k="range.half-open">Tasks that began at From or later and before To.</m>
    <m k="range.show">Show</m>
    <m k="range.words.1h">in the last hour</m>
    <m k="range.words.24h">in the last 24 hours</m>
    <m k="range.words.7d">in the last 7 days</m>
    <m k="range.words.30d">in the last 30 days</m>
    <m k="range.words.custom">from {0} to before {1}</m>
    <m k="range.words.now">now</m>
    <m k="zone.show">Show in this zone</m>
    <m k="zone.label">Time zone</m>

    <!-- Filters. -->
    <m k="filter.label">Filter the list</m>
    <m k="filter.by-status">Filter by status</m>
    <m k="filter.all">All</m>
    <m k="filter.any">All</m>
    <m k="filter.apply">Filter</m>
    <m k="filter.part">part of a name</m>
    <m k="filter.remove">Remove this filter</m>
    <m k="filter.clear">Clear all</m>
    <m k="filter.status">Status</m>
    <m k="filter.cluster">Cluster</m>
    <m k="filter.tenant">Tenant</m>
    <m k="filter.cluster-id">Cluster ID</m>
    <m k="filter.tenant-name">Tenant name</m>
    <m k="filter.group">Group</m>
    <m k="filter.backup-set">Backup Set ID</m>
    <m k="filter.mode">Mode</m>
    <m k="filter.method">Method</m>
    <m k="filter.kind">Kind</m>
    <m k="filter.action">Action</m>
    <m k="filter.user">User</m>

    <!-- Lists. -->
    <m k="list.running-earlier.one">{0} task began before this period and still runs</m>
    <m k="list.running-earlier.many">{0} tasks began before this period and still run</m>
    <m k="empty.data">No data backup task began {0}.</m>
    <m k="empty.log">There is no log backup.</m>
    <m k="empty.cleanup">No cleanup task began {0}.</m>
    <m k="empty.second">No second backup began {0}.</m>
    <m k="empty.commands">No command was requested {0}.</m>
    <m k="empty.audit">Nothing was recorded {0}.</m>
    <m k="empty.plain.data">There is no data backup task.</m>
    <m k="empty.plain.log">There is no log backup.</m>
    <m k="empty.plain.cleanup">There is no cleanup task.</m>
    <m k="empty.plain.second">There is no second backup.</m>
    <m k="empty.plain.clusters">There is no cluster.</m>
    <m k="empty.plain.commands">There is no command.</m>
    <m k="empty.plain.audit">There is no event.</m>
    <m k="empty.no-more">There are no further rows.</m>
    <m k="empty.filters">The list is filtered by </m>
    <m k="empty.unfilter">Show it without these filters</m>
    <m k="empty.longer">Look at the last 30 days</m>
    <m k="empty.nothing-yet">As soon as a cluster reports one, it stands here.</m>
    <m k="foot.worst">Worst first</m>
    <m k="foot.newest">Newest first</m>
    <m k="foot.size">Rows per page:</m>
    <m k="foot.zone">Times in {0}</m>
    <m k="foot.as-of">Data as of {0}, {1}</m>
    <m k="foot.formats">This view as</m>
    <m k="page.first">« Newest</m>
    <m k="page.prev">‹ Previous</m>
    <m k="page.next">Next ›</m>
    <m k="refresh.in">Refresh in {0} s</m>
    <m k="refresh.paused">Refresh paused for {0}</m>
    <m k="refresh.failed">Not refreshed for {0}</m>
    <m k="refresh.ended">Signed out, not refreshed for {0}</m>
    <m k="refresh.sign-in">Sign in</m>
    <m k="refresh.pause">Pause</m>
    <m k="refresh.resume">Resume</m>

    <!-- Columns. -->
    <m k="col.id">ID</m>
    <m k="col.cluster">Cluster</m>
    <m k="col.tenant">Tenant</m>
    <m k="col.mode">Data Backup Mode</m>
    <m k="col.backup-set">Backup Set ID</m>
    <m k="col.source">Backup Task Source</m>
    <m k="col.start-time">Start Time</m>
    <m k="col.end-time">End Time</m>
    <m k="col.status">Status</m>
    <m k="col.second">Second Backup</m>
    <m k="col.actions">Actions</m>
    <m k="col.method">Backup Method</m>
    <m k="col.host">Host IP Address</m>
    <m k="col.latest">Latest Backup Time</m>
    <m k="col.latency">Latency</m>
    <m k="col.directory">Storage Directory</m>
    <m k="col.kind">Kind</m>
    <m k="col.end-or-latest">End Time or Latest Backup</m>
    <m k="col.first">First Backup</m>
    <m k="col.risk">What is wrong</m>
    <m k="col.tenants">Tenants</m>
    <m k="col.oldest-data">Last Data Backup, worst tenant</m>
    <m k="col.oldest-log">Log Backed Up To, worst tenant</m>
    <m k="col.observed">Last Answer</m>
    <m k="col.version">Version</m>
    <m k="col.last-full">Last Full</m>
    <m k="col.last-incremental">Last Incremental</m>
    <m k="col.log-backup">Log Backup</m>
    <m k="col.action">Action</m>
    <m k="col.by">Requested By</m>
    <m k="col.requested">Requested</m>
    <m k="col.ended">Ended</m>
    <m k="col.state">State</m>
    <m k="col.result">Result</m>
    <m k="col.at">Time</m>
    <m k="col.user">User</m>
    <m k="col.from">From</m>
    <m k="col.outcome">Outcome</m>
    <m k="col.detail">Detail</m>
    <m k="col.round">Round</m>
    <m k="col.checkpoint">Checkpoint</m>
    <m k="col.gap-from">From</m>
    <m k="col.gap-to">To</m>

    <!-- Labels. -->
    <m k="label.tenant">tenant</m>
    <m k="label.data-version">Data Version</m>
    <m k="label.size">Size</m>
    <m k="label.set-state">Backup Set</m>
    <m k="label.raw-status">State in the Cluster</m>
    <m k="label.contact">Contact</m>
    <m k="label.restorable">Restorable</m>
    <m k="label.restorable-from">Restorable From</m>
    <m k="label.restorable-to">Restorable To</m>
    <m k="label.progress">Progress</m>
    <m k="label.duration">Duration</m>
    <m k="label.source-id">ID in the Cluster</m>
    <m k="label.status-since">In This State Since</m>
    <m k="label.updated">Last Change</m>
    <m k="label.type">Type</m>
    <m k="label.items">Items</m>
    <m k="label.ob-name">Name in OceanBase</m>
    <m k="label.ob-id">ID in OceanBase</m>
    <m k="label.adapter">Adapter</m>
    <m k="label.groups">Groups</m>
    <m k="label.rpo">Log latency allowed</m>
    <m k="label.data-age">Data backup at least every</m>
    <m k="label.role">Role</m>
    <m k="label.log-mode">Log Mode</m>
    <m k="label.target">Target</m>
    <m k="label.expected">State When Requested</m>
    <m k="label.carried-out">Carried Out</m>
    <m k="label.canceled-by">Canceled By</m>
    <m k="label.deadline">Deadline</m>
    <m k="label.code">Error Code</m>
    <m k="label.stage">Stage</m>
    <m k="label.trace">Trace ID</m>
    <m k="label.request-id">Request ID</m>

    <!-- Codes. -->
    <m k="mode.FULL">Full</m>
    <m k="mode.INCREMENTAL">Incremental</m>
    <m k="method.PHYSICAL">Physical</m>
    <m k="method.LOGICAL">Logical</m>
    <m k="kind.DATA">Data</m>
    <m k="kind.LOG">Log</m>
    <m k="set-state.AVAILABLE">Available</m>
    <m k="set-state.INCOMPLETE">Incomplete</m>
    <m k="set-state.EXPIRED">Expired</m>
    <m k="set-state.DELETING">Deleting</m>
    <m k="set-state.DELETED">Deleted</m>
    <m k="status.STARTING">Starting</m>
    <m k="status.IN_PROGRESS">In Progress</m>
    <m k="status.STOPPING">Stopping</m>
    <m k="status.STOPPED">Stopped</m>
    <m k="status.FAILED">Failed</m>
    <m k="status.INTERRUPTED">Interrupted</m>
    <m k="status.COMPLETED">Completed</m>
    <m k="status.SCHEDULING">Scheduling</m>
    <m k="status.CLEANING">Cleaning</m>
    <m k="status.CANCELED">Canceled</m>
    <m k="status.UNKNOWN">Unknown</m>
    <m k="status.cleanup.PENDING">Pending</m>
    <m k="status.cleanup.EXECUTING">Executing</m>
    <m k="status.cleanup.FAILED">Failed</m>
    <m k="status.cleanup.COMPLETED">Completed</m>
    <m k="status.cleanup.UNKNOWN">Unknown</m>
    <m k="status.OK">OK</m>
    <m k="status.WARNING">Warning</m>
    <m k="status.CRITICAL">Critical</m>
    <m k="status.STALE">Stale</m>
    <m k="status.IDLE">No backup runs</m>
    <m k="status.REQUESTED">Requested</m>
    <m k="status.RUNNING">Running</m>
    <m k="status.DONE">Done</m>
    <m k="status.EXPIRED">Expired</m>
    <m k="action.start">Start</m>
    <m k="action.stop">Stop</m>
    <m k="action.restart">Restart</m>
    <m k="action.acknowledge">Acknowledge</m>
    <m k="action.cancel">Cancel</m>
    <m k="action.backup">Back Up</m>
    <m k="action.migrate">Migrate</m>
    <m k="action.sample">Fill in samples</m>
    <m k="action.repair">Repair</m>
    <m k="action.prune">Remove old events</m>
    <m k="action.cluster-add">Register a cluster</m>
    <m k="action.cluster-set">Change a registration</m>
    <m k="action.cluster-pause">Pause a cluster</m>
    <m k="action.cluster-resume">Resume a cluster</m>
    <m k="action.cluster-remove">Remove a cluster</m>
    <m k="action.cause">View Cause</m>
    <m k="action.details">Details</m>
    <m k="target.log">log backup</m>
    <m k="target.data">data backup task</m>
    <m k="target.cleanup">cleanup task</m>
    <m k="target.second">second backup</m>
    <m k="target.clusters">cluster</m>
    <m k="target.command">command</m>
    <m k="target.commands">command</m>
    <m k="outcome.ACCEPTED">Accepted</m>
    <m k="outcome.REFUSED">Refused</m>
    <m k="outcome.EXPIRED">Expired</m>
    <m k="outcome.DONE">Done</m>
    <m k="outcome.FAILED">Failed</m>

    <!-- Notes on a row. -->
    <m k="note.acknowledged">Acknowledged by {0}</m>
    <m k="note.stale">Stale for {0}</m>
    <m k="stale.sentence">The cluster has not answered for {0}; everything below is that old.</m>
    <m k="command.by">{0} by {1}</m>
    <m k="command.title">{0}: {1}</m>
    <m k="command.lead.REQUESTED">Waiting for the agent of the cluster to carry it out; the deadline is {0}.</m>
    <m k="command.lead.RUNNING">The agent is carrying it out; the deadline is {0}.</m>
    <m k="command.lead.DONE">It was carried out.</m>
    <m k="command.lead.FAILED">It was tried and failed; the result says why. It may be requested anew.</m>
    <m k="command.progress-at">Seen so {0}.</m>
    <m k="command.lead.EXPIRED">No agent carried it out before its deadline, and none will any more. Check that the agent of the cluster runs, then request it anew.</m>
    <m k="command.lead.CANCELED">It was canceled before it was carried out.</m>
    <m k="command.look-again">Look again</m>

    <!-- Data, log, cleanup and second backups. -->
    <m k="data.more">More about task</m>
    <m k="data.never">never</m>
    <m k="task.title">Data backup task {0}</m>
    <m k="cleanup.title">Cleanup task {0}</m>
    <m k="cleanup.items">{0} of {1}</m>
    <m k="second.title">Second backup {0}</m>
    <m k="second.of">Second backups of data backup task {0}</m>
    <m k="second.count.one">Yes, {0}</m>
    <m k="second.count.many">Yes, {0}</m>
    <m k="log.title">Log backup of {0}</m>
    <m k="log.rounds">Rounds</m>
    <m k="log.rounds.one">{0} round in this period</m>
    <m k="log.rounds.many">{0} rounds in this period</m>
    <m k="log.gaps">Gaps</m>
    <m k="log.gaps-mean">No point-in-time restore is possible into these stretches.</m>
    <m k="log.no-gaps">No gap is known: every moment since the first round can be restored, as far as the backups are kept.</m>
    <m k="log.gap-open">still open</m>
    <m k="log.none">No log backup</m>
    <m k="latency.at-least">at least {0}</m>
    <m k="latency.seen">seen {0}</m>
    <m k="latency.history">Latency</m>
    <m k="latency.worst">At worst {0}, last {1}.</m>
    <m k="latency.none">There is no latency history for this period.</m>
    <m k="latency.as-table">As a table</m>
    <m k="cluster.data">Data backup tasks, last 7 days</m>
    <m k="cluster.log">Log backups</m>
    <m k="cluster.cleanup">Cleanup tasks, last 7 days</m>
    <m k="cluster.second">Second backups, last 7 days</m>
    <m k="cluster.tenants">Tenants ({0})</m>
    <m k="cluster.no-tenants">No tenant of this cluster is known yet.</m>

    <!-- Causes. -->
    <m k="cause.title">Why data backup task {0} failed</m>
    <m k="cause.heading">Cause</m>
    <m k="cause.remedy">What to do:</m>
    <m k="cause.text">What the cluster said</m>
    <m k="cause.no-text">The cluster gave no further text.</m>
    <m k="cause.not-in-catalogue">The catalogue has no explanation for this cause; what the cluster said stands below, whole.</m>
    <m k="cause.canceled">Canceled by request</m>
    <m k="cause.code">Error {0}</m>
    <m k="cause.none-short">No cause was reported</m>
    <m k="cause.none-log">The cluster reports no cause. Look at the log backup destination first: is it reachable, writable and not full? Then stop the log backup and start it again, or restart it.</m>
    <m k="list.true">: </m>
    <m k="list.false">, </m>
    <m k="cause.same.one">{0} other task failed for the same cause in the last {1} days</m>
    <m k="cause.same.many">{0} other tasks failed for the same cause in the last {1} days</m>
    <m k="cause.task">The task</m>

    <!-- Forms. -->
    <m k="form.title.start">Start log backup of {0}</m>
    <m k="form.title.stop">Stop log backup of {0}</m>
    <m k="form.title.restart">Restart log backup of {0}</m>
    <m k="form.title.acknowledge">Acknowledge log backup of {0}</m>
    <m k="form.title.cancel">Cancel the command for {0}</m>
    <m k="form.title.acknowledge.data">Acknowledge the failed data backup of {0}</m>
    <m k="form.title.acknowledge.cleanup">Acknowledge the failed cleanup of {0}</m>
    <m k="form.title.acknowledge.second">Acknowledge the failed second backup of {0}</m>
    <m k="form.title.cancel.data">Cancel the data backup of {0}</m>
    <m k="form.title.cancel.cleanup">Cancel the cleanup of {0}</m>
    <m k="form.title.backup">Back up {0} now</m>
    <m k="form.does.start">Log backup of {0} starts a new round and uses resources of the database. What was written while it was stopped cannot be restored to a point in time; make a data backup soon after the start.</m>
    <m k="form.does.stop">Log backup of {0} ends. From then on nothing newer than the last restorable moment can be restored to a point in time, until log backup is started again and a new data backup is made. On some versions a data backup started later switches log backup on again.</m>
    <m k="form.does.restart">The interrupted round of {0} is stopped and a new one is started. Between the last restorable moment and the new round a gap remains for ever; make a data backup soon afterwards.</m>
    <m k="form.does.acknowledge">The failure of {0} is marked as known. It stays in the history with your name, the time and your reason, but raises no risk and is not shown in red.</m>
    <m k="form.does.cancel">The command for {0} is taken back before an agent carries it out; nothing changes in the cluster. It stays in the list, with your name.</m>
    <m k="form.does.acknowledge.data">The failure of {0} is marked as known. It stays in the history with your name, the time and your reason, but raises no risk and is not shown in red.</m>
    <m k="form.does.acknowledge.cleanup">The failure of {0} is marked as known. It stays in the history with your name, the time and your reason, but is not shown in red.</m>
    <m k="form.does.acknowledge.second">The failure of {0} is marked as known. It stays in the history with your name, the time and your reason, but is not shown in red.</m>
    <m k="form.does.cancel.data">The running data backup of {0} is canceled. What it has written so far cannot be restored from, and the time and bandwidth it took are lost. Earlier backups and log backup stay as they are.</m>
    <m k="form.does.cancel.cleanup">The running cleanup of {0} is canceled. What it has deleted stays deleted; what it has not reached stays on the storage and takes room there until a later cleanup.</m>
    <m k="form.does.backup">A data backup of {0} is made at once, beside those of the schedule. It reads all or the changed data, and takes bandwidth of the database and room on the backup storage.</m>
    <m k="form.mode.FULL">All data; needs nothing else to be restored but the log.</m>
    <m k="form.mode.INCREMENTAL">What has changed since the last backup; needs a full backup before it.</m>
    <m k="form.choose">Of which tenant?</m>
    <m k="form.number">N is the number that the command is going to have.</m>
    <m k="form.log-needed">From 4.x on the database refuses a data backup while log backup is not in progress.</m>
    <m k="form.button.start">Start log backup</m>
    <m k="form.button.stop">Stop log backup</m>
    <m k="form.button.restart">Restart log backup</m>
    <m k="form.button.acknowledge">Acknowledge</m>
    <m k="form.button.cancel">Cancel the command</m>
    <m k="form.button.acknowledge.data">Acknowledge</m>
    <m k="form.button.acknowledge.cleanup">Acknowledge</m>
    <m k="form.button.acknowledge.second">Acknowledge</m>
    <m k="form.button.cancel.data">Cancel the data backup</m>
    <m k="form.button.cancel.cleanup">Cancel the cleanup</m>
    <m k="form.button.backup">Back up now</m>
    <m k="form.back">Back without doing it</m>
    <m k="form.not-now">This is not possible now.</m>
    <m k="form.last-restorable">Last Restorable Moment</m>
    <m k="form.gap">Gap That Remains</m>
    <m k="form.state-for">for {0}</m>
    <m k="form.state-seen">seen {0}</m>
    <m k="form.agent">Agent Last Seen</m>
    <m k="form.no-agent">No agent was ever seen for this cluster: nobody would carry this out.</m>
    <m k="form.agent-away">Nobody may carry this out before the deadline.</m>
    <m k="form.statements">Exactly this is run</m>
    <m k="form.reason">Reason, for those who come after you</m>

    <!-- Errors. -->
    <m k="error.title.BAD_PARAMETER">This address cannot be used</m>
    <m k="error.title.BAD_REQUEST">The request cannot be used</m>
    <m k="error.title.UNAUTHORIZED">You are not signed in</m>
    <m k="error.title.FORBIDDEN">You may not do this</m>
    <m k="error.title.NOT_FOUND">There is nothing here</m>
    <m k="error.title.METHOD_NOT_ALLOWED">This cannot be done here</m>
    <m k="error.title.NOT_ACCEPTABLE">This format is not offered</m>
    <m k="error.title.CONFLICT">The state has changed</m>
    <m k="error.title.TOO_LARGE">The request is too large</m>
    <m k="error.title.TOO_MANY_REQUESTS">Too many requests</m>
    <m k="error.title.UNAVAILABLE">The records cannot be read at the moment</m>
    <m k="error.title.INTERNAL">Something went wrong here</m>
    <m k="error.what.BAD_PARAMETER">One of its parameters is wrong, so no list is shown rather than another than you asked for. Correct it, or go back to the list.</m>
    <m k="error.what.BAD_REQUEST">Nothing was done. Go back to the list and try again from there.</m>
    <m k="error.what.UNAUTHORIZED">Your sign-in is missing or has expired. Nothing was done. Sign in, then come back to this address.</m>
    <m k="error.what.FORBIDDEN">Your roles do not allow it, and nothing was done. Ask whoever grants access for the role below.</m>
    <m k="error.what.NOT_FOUND">The address is wrong, the record has been cleaned away, or it is outside what you may see.</m>
    <m k="error.what.METHOD_NOT_ALLOWED">Nothing was done. Go back to the list and use its links and buttons.</m>
    <m k="error.what.NOT_ACCEPTABLE">This page is offered as HTML and as XML.</m>
    <m k="error.what.CONFLICT">Nothing was done: it is no longer as it was when you opened the form, or another command is still open. Look at the present state and decide anew.</m>
    <m k="error.what.TOO_LARGE">Nothing was done. A reason may have 1,000 characters.</m>
    <m k="error.what.TOO_MANY_REQUESTS">Nothing was done. Wait a moment, then try again.</m>
    <m k="error.what.UNAVAILABLE">The record store does not answer. The clusters and their backups are not affected by this. The page tries again by itself; if it stays like this, tell whoever runs this service the request ID.</m>
    <m k="error.what.INTERNAL">Nothing was changed by you. Try again; if it stays like this, tell whoever runs this service the request ID.</m>
    <m k="error.parameter">Parameter</m>
    <m k="error.said">In detail</m>
    <m k="error.state">Present State</m>
    <m k="error.role">Role Needed</m>
    <m k="error.sign-in">Sign in</m>
    <m k="error.again">Try again</m>
    <m k="error.to-list">To the data backup tasks</m>

    <!-- The health of the pages themselves. -->
    <m k="nav.health">System health</m>
    <m k="report.ready.true">The pages are at work.</m>
    <m k="report.ready.false">The pages cannot be read at the moment.</m>
    <m k="report.check">Checked</m>
    <m k="report.found">Found</m>
    <m k="report.worker">Worker</m>
    <m k="report.agents">Agents</m>
    <m k="report.agent">Agent</m>
    <m k="report.version">Version</m>
    <m k="report.schema">Schema of this version</m>
    <m k="report.store-schema">Schema of the record store</m>
    <m k="report.threads">Requests at once</m>
    <m k="report.started">Started</m>
    <m k="report.seen">Last seen</m>
    <m k="report.bad">{0} of {1}</m>
    <m k="report.oldest">The oldest observation is from {0}.</m>
    <m k="report.limit">{0} of {1} at most</m>
    <m k="report.name.STORE">Record store</m>
    <m k="report.name.SCHEMA">Schema</m>
    <m k="report.name.RIGHTS">Rights</m>
    <m k="report.name.AGENTS">Agents</m>
    <m k="report.name.CLUSTERS">Clusters</m>
    <m k="report.name.LIMITS">Limits</m>
    <m k="report.agent-status.ALIVE">At work</m>
    <m k="report.agent-status.AWAY">Away</m>
    <m k="report.agent-status.STOPPED">Stopped</m>
    <m k="report.text.STORE.PASS">The record store answers.</m>
    <m k="report.text.STORE.FAIL">The record store does not answer: start its server, or correct the worker’s option file. The worker’s log says what is wrong.</m>
    <m k="report.text.SCHEMA.PASS">The record store has the schema of this version.</m>
    <m k="report.text.SCHEMA.WARN">The schema of the record store is newer than this worker: start the worker of that version.</m>
    <m k="report.text.SCHEMA.FAIL">The record store lacks tables of this version: run “backup-tasks-ctl migrate”.</m>
    <m k="report.text.RIGHTS.PASS">The worker’s account has all rights that it needs.</m>
    <m k="report.text.RIGHTS.WARN">The worker’s account lacks a right, so that acts fail, or it cannot be told whether the schema is that of this version: run what “backup-tasks-ctl grants” prints.</m>
    <m k="report.text.RIGHTS.FAIL">The worker’s account may not read all records: run what “backup-tasks-ctl grants” prints.</m>
    <m k="report.text.AGENTS.PASS">All agents are at work.</m>
    <m k="report.text.AGENTS.WARN">An agent is away that was not stopped, or there was never one: start backup-tasks-agent and read its log.</m>
    <m k="report.text.AGENTS.FAIL">No agent is at work: all states are as old as its last look. Start backup-tasks-agent and read its log.</m>
    <m k="report.text.CLUSTERS.PASS">All clusters in your scope answer.</m>
    <m k="report.text.CLUSTERS.WARN">Clusters in your scope do not answer: what is told of them is old. The list of clusters says why.</m>
    <m k="report.text.LIMITS.PASS">No limit is reached.</m>
    <m k="report.text.LIMITS.WARN">Your scope has more tenants than “metrics” tells: let several accounts of smaller scopes read them.</m>
  </xsl:template>

</xsl:stylesheet>
