#!/usr/bin/perl
# property.t: any query string gives exactly the rows of a straightforward SQL query, or a 400 that names the parameter.
#
# BT_CASES: how many (500; 10,000 with BT_LONG).  BT_SEED repeats a run.

use strict;
use warnings;

use Encode ();
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use POSIX ();
use Test::More;
use Time::Local ();

my $rows = 0;
my $cases = $ENV{BT_CASES} || ($ENV{BT_LONG} ? 10_000 : 500);
my $seed = $ENV{BT_SEED} || time;
srand $seed;
note("BT_SEED=$seed");

my $t = BackupTasks->new(sample => 400)->start;

# --- what there is -----------------------------------------------------------

sub texts {
    return map { Encode::decode('UTF-8', $_->[0]) } $t->sql(@_);
}

my @names = texts('SELECT name FROM clusters');
my @tenants = texts('SELECT DISTINCT name FROM tenants');
my @groups = texts('SELECT DISTINCT name FROM cluster_groups');
my @clusters = map { $_->[0] } $t->sql('SELECT id FROM clusters');
my @sets = map { $_->[0] } $t->sql('SELECT DISTINCT backup_set_id FROM'
    . ' data_tasks WHERE backup_set_id IS NOT NULL LIMIT 50');
my @parents = map { $_->[0] } $t->sql('SELECT DISTINCT task_id FROM'
    . " second_backups WHERE kind = 'DATA' AND task_id IS NOT NULL LIMIT 20");
my @updates = map { $_->[0] } $t->sql('SELECT DISTINCT DATE_FORMAT(updated,'
    . " '%Y-%m-%dT%H:%i:%s.%fZ') FROM data_tasks LIMIT 50");

my @instants = map { $_->[0] } $t->sql(join ' UNION ALL ', map {
    "SELECT CAST(UNIX_TIMESTAMP(listed_at) * 1000000 AS SIGNED) FROM $_" }
    qw(data_tasks cleanup_tasks second_backups));

# Acts, so that commands and audit have rows.
for my $row ($t->sql("SELECT id, status FROM log_backups WHERE status IN"
        . " ('STOPPED', 'IN_PROGRESS') LIMIT 6")) {
    my ($id, $state) = @$row;
    my $action = $state eq 'STOPPED' ? 'start' : 'stop';
    my $form = $t->get("/backup/log/$id/$action", user => 'operator');
    my ($csrf) = $form->{body} =~ /name="csrf"[^>]*value="([^"]+)"/;
    my $answer = $t->post("/backup/log/$id/$action", { csrf => $csrf // '',
        'expected-state' => $state, 'idempotency-key' => sprintf '%032x', $id },
        user => 'operator');
    is($answer->{status}, 303, "$action of a log backup for the history");
}

my %name_filters = map { $_ => 1 }
    qw(cluster tenant cluster-id tenant-name group);
my %common = (%name_filters, tz => 1, size => 1);
my %ranged = (range => 1);

# Each view: its table, what it takes, which codes; `at`: column of order and
# window; `whole`: the window bounds no rows; `default`: it has a default range;
# `judged`: the worker finds the status, no column has it.
my %view = (
    data => {
        path => 'data', rows => 'tasks/task', table => 'data_tasks',
        at => 't.listed_at', takes => { %common, %ranged, status => 1,
            'backup-set' => 1, mode => 1, method => 1, settled => 1,
            'updated-after' => 1 },
        codes => [qw(IN_PROGRESS FAILED COMPLETED UNKNOWN)],
        running => [qw(IN_PROGRESS)], default => 1,
    },
    cleanup => {
        path => 'cleanup', rows => 'tasks/cleanup-task',
        table => 'cleanup_tasks', at => 't.listed_at',
        takes => { %common, %ranged, status => 1, settled => 1,
            'updated-after' => 1 },
        codes => [qw(PENDING EXECUTING FAILED COMPLETED UNKNOWN)],
        running => [qw(PENDING EXECUTING)], default => 1,
    },
    second => {
        path => 'second', rows => 'backups/second-backup',
        table => 'second_backups', at => 't.listed_at',
        takes => { %common, %ranged, status => 1, 'backup-set' => 1,
            kind => 1, settled => 1, 'updated-after' => 1 },
        codes => [qw(SCHEDULING IN_PROGRESS CLEANING COMPLETED CANCELED
            FAILED STOPPED UNKNOWN)],
        running => [qw(SCHEDULING IN_PROGRESS CLEANING)], default => 1,
    },
    log => {
        path => 'log', rows => 'backups/log-backup', table => 'log_backups',
        at => 't.listed_at', whole => 1,
        takes => { %common, %ranged, status => 1, method => 1,
            settled => 1, 'updated-after' => 1 },
        codes => [qw(STARTING IN_PROGRESS STOPPING STOPPED FAILED INTERRUPTED
            UNKNOWN)],
    },
    commands => {
        path => 'commands', rows => 'items/command', table => 'commands',
        at => 't.requested_at', user => 'operator', default => 1,
        takes => { %common, %ranged, status => 1, action => 1, user => 1 },
        codes => [qw(REQUESTED RUNNING DONE FAILED EXPIRED CANCELED)],
        status => "IF(t.state IN ('REQUESTED', 'RUNNING') AND t.deadline <="
            . " UTC_TIMESTAMP(6), 'EXPIRED', t.state)", user_column =>
            't.requested_by',
    },
    clusters => {
        path => 'clusters', rows => 'items/cluster', at => 't.id',
        table => '(SELECT id, id AS cluster_id, updated FROM clusters)',
        takes => { %common, status => 1, 'updated-after' => 1 },
        codes => [qw(OK WARNING CRITICAL STALE UNKNOWN)],
        order => 't.id', judged => 1,
    },
    audit => {
        path => 'audit', rows => 'items/audit-event', table => 'audit_events',
        at => 't.at', user => 'operator', default => 1,
        takes => { %common, %ranged, action => 1, user => 1 },
        user_column => 't.user',
    },
);
$view{'data-second'} = { %{ $view{second} }, parents => 1, default => 0 }
    if @parents;

my @parameters = qw(range from to tz status cluster tenant cluster-id
    tenant-name group backup-set mode method kind settled action user
    updated-after size after before lang layout);

# --- one random request ------------------------------------------------------

sub pick { return $_[ rand @_ ] }

sub chance { return rand() < $_[0] }

# A value on the wire: some more than necessary is encoded.
sub encode {
    my ($text, $eager) = @_;
    utf8::encode($text) if utf8::is_utf8($text);
    my $often = $eager && chance(0.3) ? 0.1 : 0;
    $text = join '', map { /[A-Za-z0-9_.:~-]/ && !chance($often) ? $_
        : sprintf '%%%02X', ord } split //, $text;
    $text =~ s/%20/+/g if chance(0.5);
    return $text;
}

# Part of a name in another case, now and then with what LIKE would expand.
sub part_of {
    my ($name) = @_;
    return pick('%', '_', '\\', '|', "'", 'a%', 'no-such-name') if chance(0.15);
    my $from = int rand length $name;
    my $part = substr $name, $from, 1 + int rand(length($name) - $from);
    return chance(0.3) ? uc $part : $part;
}

sub rfc3339 {
    my ($usec) = @_;
    return sprintf '%s.%06dZ',
        POSIX::strftime('%Y-%m-%dT%H:%M:%S', gmtime int $usec / 1e6),
        $usec % 1e6;
}

# from and to in one of their forms; the window in microseconds since 1970.
sub custom_range {
    my $now = time;
    my $from = $now - int rand 40 * 86400;
    my $to = $from + 1 + int rand 20 * 86400;
    my ($zone, $offset) = @{ pick([ '', 0 ], [ 'UTC', 0 ],
        [ '+08:00', 28800 ], [ '-03:30', -12600 ], [ 'Asia/Shanghai', 28800 ],
        [ 'Asia/Kolkata', 19800 ]) };
    my (@text, @seconds);
    for my $at ($from, $to) {
        my $form = int rand 5;
        if ($form == 4) {
            push @seconds, pick(@instants) / 1e6;
            push @text, rfc3339($seconds[-1] * 1e6);
            next;
        }
        my $local = $form == 0 ? int(($at + $offset) / 86400) * 86400
                  : $form == 1 ? int(($at + $offset) / 60) * 60
                  : $at + $offset;
        push @seconds, $form == 3 ? $at : $local - $offset;
        push @text, POSIX::strftime(
            ('%Y-%m-%d', '%Y-%m-%dT%H:%M', '%Y-%m-%dT%H:%M:%S',
             '%Y-%m-%dT%H:%M:%SZ')[$form],
            gmtime($form == 3 ? $at : $local));
    }
    return (@text, $zone, map { sprintf '%.0f', $_ * 1e6 }
        @seconds);
}

# Each gives [ wire text, condition or effect ]: good values.
my %good = (
    status => sub {
        my ($m) = @_;
        my @some = map { pick(@{ $m->{view}{codes} }) } 1 .. 1 + int rand 3;
        $m->{status} = { map { $_ => 1 } @some };
        return map { "status=" . encode($_, 1) } @some;
    },
    cluster => sub {
        my ($m) = @_;
        $m->{cluster} = part_of(pick(@names));
        return 'cluster=' . encode($m->{cluster}, 1);
    },
    tenant => sub {
        my ($m) = @_;
        $m->{tenant} = part_of(pick(@tenants));
        return 'tenant=' . encode($m->{tenant}, 1);
    },
    'cluster-id' => sub {
        my ($m) = @_;
        $m->{'cluster-id'} = chance(0.1) ? 987654321 : pick(@clusters);
        return "cluster-id=$m->{'cluster-id'}";
    },
    'tenant-name' => sub {
        my ($m) = @_;
        my $name = pick(@tenants);
        $m->{'tenant-name'} = chance(0.2) ? uc $name : $name;
        return 'tenant-name=' . encode($m->{'tenant-name'}, 1);
    },
    group => sub {
        my ($m) = @_;
        $m->{group} = pick(@groups, 'no-such-group');
        return 'group=' . encode($m->{group}, 1);
    },
    'backup-set' => sub {
        my ($m) = @_;
        $m->{'backup-set'} = pick(@sets, 0);
        return "backup-set=$m->{'backup-set'}";
    },
    mode => sub { $_[0]{mode} = pick(qw(FULL INCREMENTAL));
        return "mode=$_[0]{mode}" },
    method => sub { $_[0]{method} = pick(qw(PHYSICAL LOGICAL));
        return "method=$_[0]{method}" },
    kind => sub { $_[0]{kind} = pick(qw(DATA LOG)); return "kind=$_[0]{kind}" },
    settled => sub { $_[0]{settled} = pick(qw(yes no));
        return "settled=$_[0]{settled}" },
    action => sub { $_[0]{action} = pick(qw(start stop restart acknowledge));
        return "action=$_[0]{action}" },
    user => sub { $_[0]{user} = pick(qw(operator viewer nobody));
        return "user=$_[0]{user}" },
    'updated-after' => sub {
        my ($m) = @_;
        $m->{'updated-after'} = pick(@updates);
        return 'updated-after=' . encode($m->{'updated-after'});
    },
    size => sub {
        my ($m) = @_;
        my $xml = $m->{format} eq 'xml';
        my $size = pick(1, 2, 7, 50, 500, 1 + int rand 500,
            $xml ? ('all', 501, 100000) : ());
        $m->{size} = $size;
        return "size=$size";
    },
    tz => sub { return 'tz=' . encode(pick(qw(UTC Asia/Shanghai +08:00 -12:00
        Europe/Berlin America/St_Johns +14:00))) },
    range => sub {
        my ($m) = @_;
        if (chance(0.5)) {
            my ($from, $to, $zone, $low, $high) = custom_range();
            if ($low >= $high) {
                $m->{error} = 'from';
            }
            @$m{qw(from to custom)} = ($low, $high, 1);
            $m->{zone_given} = 1;
            return ('range=custom', 'from=' . encode($from, 1),
                'to=' . encode($to, 1), $zone eq '' ? () : 'tz='
                . encode($zone));
        }
        $m->{range} = pick(qw(1h 24h 7d 30d 30d 30d));
        return "range=$m->{range}";
    },
    lang => sub { return 'lang=' . pick(qw(en zh)) },
    layout => sub { return 'layout=' . pick(qw(full frame fragment)) },
);

# Values that the parameter refuses, as they go over the wire.
my $long = 'x' x 129;
my @broken = ('%', '%4', '%zz', '%00', 'a%00b', '%ff', '%c3%28', '%ed%a0%80');
my %bad = (
    range => [ '2h', '24H', '1h,7d', 'custom%20', @broken ],
    from => [ '2026-01-01' ], to => [ '2026-01-01' ],
    tz => [ 'Mars/Olympus', '%2b15:00', '+8', 'asia/shanghai', 'GMT%2b3',
        '-12:01', @broken ],
    status => [ 'completed', 'DONE_', 'FAILED,', '0', @broken ],
    cluster => [ $long, @broken ], tenant => [ $long, @broken ],
    'cluster-id' => [ '0', '-1', '01', 'x', '9007199254740992', '1.0',
        '%201', @broken ],
    'tenant-name' => [ $long, @broken ], group => [ $long, @broken ],
    'backup-set' => [ '-1', 'x', '00', '1e3', @broken ],
    mode => [ 'full', 'FULL%20', 'DIFF', @broken ],
    method => [ 'physical', 'X', @broken ], kind => [ 'data', 'X', @broken ],
    settled => [ 'Yes', '0', 'maybe', @broken ],
    action => [ 'Start', 'drop%20table', @broken ],
    user => [ $long, @broken ],
    'updated-after' => [ '2026-01-01', 'yesterday', '2026-01-01T00:00:00',
        '1969-12-31T23:59:59Z', '2200-01-01T00:00:00Z', @broken ],
    size => [ '0', '-1', '100001', '50x', '010', 'ALL', @broken ],
    after => [ 'x', 'AAAA', 'A' x 64, 'A' x 300, @broken ],
    before => [ 'x', 'AAAA', 'A' x 64, @broken ],
    lang => [ 'de', 'EN', @broken ], layout => [ 'wide', @broken ],
);
my @times = ('2026-02-30', '2026-13-01', '1969-12-31', '2200-01-01', 'now',
    '2026-01-01T24:00', '2026-01-01T00:00:60Z', '2026-01-01T00:00:00.1234567Z',
    '2026-1-1', '2026-01-01T00:00:00+25:00', '%ff', '%');

sub takes {
    my ($m, $name) = @_;
    my %forms = (lang => 'html', layout => 'html', 'updated-after' => 'xml');
    return 0 if $forms{$name} && $forms{$name} ne $m->{format};
    return 1 if $name =~ /^(?:lang|layout|after|before)$/;
    return $m->{view}{takes}{ $name =~ /^(?:from|to)$/ ? 'range' : $name };
}

# One thing that is wrong, and the name that the answer must tell.
sub spoil {
    my ($m, $used, @given) = @_;
    my $kind = int rand 6;
    my @free = grep { !$used->{$_} } @parameters;
    if ($kind == 0) {
        my $name = pick(qw(Range foo sizes limit offset order %20 status[]
            cluster_id x%00));
        return ($name =~ /%/ ? undef : $name, "$name=1");
    }
    if ($kind == 1) {
        my $name = pick(grep { !takes($m, $_) } @free);
        return ($name, "$name=" . pick(@{ $bad{$name} }, 'x')) if $name;
    }
    if ($kind == 2) {
        my $name = pick(grep { !/^(?:status|range)$/ } @given);
        return ($name, "$name=x") if $name;
    }
    if ($kind == 3 && takes($m, 'range') && !$used->{range}) {
        my ($good, $wrong) = chance(0.5) ? qw(from to) : qw(to from);
        my $value = pick(@times);
        return ($wrong, "range=custom&$good=2026-01-01&$wrong=$value");
    }
    if ($kind == 4 && takes($m, 'range') && !$used->{range}) {
        return @{ pick([ 'from', 'range=custom&to=2026-01-01' ],
            [ 'to', 'range=custom&from=2026-01-01' ],
            [ 'from', 'range=custom&from=2026-01-02&to=2026-01-02' ],
            [ 'range', 'range=custom&from=2024-01-01&to=2026-01-01' ],
            [ 'from', 'from=2026-01-01&to=2026-01-02' ],
            [ 'to', 'to=2026-01-02' ]) };
    }
    my $name = pick(grep { takes($m, $_) } @free);
    return ($name, "$name=" . pick(@{ $bad{$name} }));
}

sub shuffle {
    my @list = @_;
    for my $i (reverse 1 .. $#list) {
        my $j = int rand $i + 1;
        @list[ $i, $j ] = @list[ $j, $i ];
    }
    return @list;
}

sub make_case {
    my $name = pick(sort keys %view);
    my $m = { view => $view{$name}, name => $name,
        format => chance(0.8) ? 'xml' : 'html' };
    $m->{path} = $m->{view}{path};
    if ($m->{view}{parents}) {
        $m->{parent} = pick(@parents);
        $m->{path} = "data/$m->{parent}/second";
    }
    my @pieces;
    my %used;
    my @some = shuffle(grep { $good{$_} && takes($m, $_) } @parameters);
    @some = @some[ 0 .. int rand 4 ];
    # Without a range there is little to see.
    unshift @some, 'range' if chance(0.5) && takes($m, 'range')
        && !grep { defined && $_ eq 'range' } @some;
    for my $parameter (@some) {
        next if !defined $parameter || $parameter eq 'tz' && $m->{zone_given};
        next if $parameter eq 'range' && $used{tz};
        $used{$_} = 1 for $parameter,
            $parameter eq 'range' ? qw(from to tz) : ();
        push @pieces, $good{$parameter}->($m);
    }
    if (chance(0.1)) {
        push @pieces, pick(grep { !$used{$_} } @parameters) . '=';
    }
    if (!$m->{error} && chance(0.3)) {
        my ($wrong, $piece) = spoil($m, \%used,
            map { /^([^=]+)=./ ? $1 : () } @pieces);
        $m->{error} = $wrong // '';
        push @pieces, $piece;
    }
    $m->{query} = join '&', $m->{custom} || defined $m->{error} ? @pieces
        : shuffle(@pieces);
    return $m;
}

# --- what must come back -----------------------------------------------------

sub instant {
    my ($text) = @_;
    my ($y, $mo, $d, $h, $mi, $s, $f) =
        $text =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d{6})Z$/ or die $text;
    return Time::Local::timegm($s, $mi, $h, $d, $mo - 1, $y) * 1e6 + $f;
}

sub sql_time {
    my ($usec) = @_;
    return sprintf "'%s.%06d'",
        POSIX::strftime('%Y-%m-%d %H:%M:%S', gmtime int $usec / 1e6),
        $usec % 1e6;
}

sub quote { return BackupTasks::Records::quote(@_) }

my $folded = 'COLLATE utf8mb4_general_ci';

# The conditions that the query names, straightforwardly.
sub conditions {
    my ($m) = @_;
    my @where;
    push @where, "LOCATE(" . quote($m->{cluster}) . " $folded, c.name $folded) > 0"
        if defined $m->{cluster};
    my @tenant;
    push @tenant, "LOCATE(" . quote($m->{tenant}) . " $folded, n.name $folded) > 0"
        if defined $m->{tenant};
    push @tenant, 'BINARY n.name = BINARY ' . quote($m->{'tenant-name'})
        if defined $m->{'tenant-name'};
    push @where, $m->{name} ne 'clusters' || !@tenant ? @tenant
        : 'EXISTS (SELECT 1 FROM tenants n WHERE n.cluster_id = t.id AND '
            . join(' AND ', @tenant) . ')';
    push @where, "t.cluster_id = $m->{'cluster-id'}" if $m->{'cluster-id'};
    push @where, 't.cluster_id IN (SELECT cluster_id FROM cluster_groups WHERE'
        . ' BINARY name = BINARY ' . quote($m->{group}) . ')'
        if defined $m->{group};
    push @where, "t.backup_set_id = $m->{'backup-set'}"
        if defined $m->{'backup-set'};
    for my $code (qw(mode method kind action)) {
        push @where, "t.$code = '$m->{$code}'" if $m->{$code};
    }
    push @where, ($m->{settled} eq 'no' ? 'NOT ' : '') . '(EXISTS (SELECT 1'
        . ' FROM acknowledgements a WHERE a.record_id = t.id) OR EXISTS'
        . ' (SELECT 1 FROM causes x WHERE x.record_id = t.id AND x.code IN'
        . " ('CANCELED', '-4072', '4072')))" if $m->{settled};
    push @where, "$m->{view}{user_column} = '$m->{user}'" if $m->{user};
    push @where, "t.task_id = $m->{parent}" if $m->{parent};
    if (my $after = $m->{'updated-after'}) {
        $after =~ tr/TZ/ /d;
        push @where, "t.updated >= '$after'";
    }
    return @where;
}

sub statement {
    my ($m, $columns, @where) = @_;
    return "SELECT $columns FROM $m->{view}{table} t"
        . ' LEFT JOIN clusters c ON c.id = t.cluster_id'
        . ($m->{name} eq 'clusters' ? ''
            : ' LEFT JOIN tenants n ON n.id = t.tenant_id') . ' WHERE '
        . join(' AND ', '1 = 1', @where);
}

# The window as the document tells it must be the one that was asked for.
sub check_window {
    my ($m, $root) = @_;
    my $query = $root->find('query');
    my ($from, $to) = map { $query->attr($_) } qw(from to);
    my $range = $m->{custom} ? 'custom' : $m->{range}
        // ($m->{view}{default} && !$m->{'updated-after'} ? '24h' : undef);
    if (!defined $range) {
        return defined $from ? 'a window that nobody asked for' : undef;
    }
    return 'no window' if !defined $from || !defined $to;
    ($from, $to) = (instant($from), instant($to));
    @$m{qw(low high)} = ($from, $to);
    if ($m->{custom}) {
        return $from == $m->{from} && $to == $m->{to} ? undef
            : "window $from $to instead of $m->{from} $m->{to}";
    }
    my %length = ('1h' => 3600, '24h' => 86400, '7d' => 604800,
        '30d' => 2592000);
    my $now = instant($root->attr('generated'));
    my $minute = 60e6;
    my $slack = 2 * $minute;
    return 'not whole minutes' if $from % $minute || $to % $minute;
    return 'not up to now' if $to < $now - $slack || $to > $now + $minute;
    my $length = $length{$range} * 1e6;
    return "not $range long"
        if $to - $from < $length || $to - $from > $length + $minute;
    return undef;
}

sub expected_rows {
    my ($m) = @_;
    my @where = conditions($m);
    push @where, "$m->{view}{at} >= " . sql_time($m->{low}),
        "$m->{view}{at} < " . sql_time($m->{high})
        if defined $m->{low} && !$m->{view}{whole};
    my $status = status_column($m);
    my @all = @where;
    push @where, "$status IN (" . join(', ', map { "'$_'" }
        sort keys %{ $m->{status} }) . ')' if $m->{status};
    my $order = $m->{view}{order} || "$m->{view}{at} DESC, t.id DESC";
    my @ids = map { $_->[0] } $t->sql(statement($m, 't.id', @where)
        . " ORDER BY $order");
    return (\@ids, \@all);
}

# A cluster's status as the whole list has it: judging is not this test's work,
# filtering and counting is.
sub status_column {
    my ($m) = @_;
    return $m->{view}{status} || 't.status' if !$m->{view}{judged};
    my $root = $t->xml($t->get('/backup/clusters.xml', user => 'feed'));
    return 'CASE t.id ' . join(' ', map { 'WHEN ' . $_->text('id') . " THEN '"
        . $_->text('status') . "'" } $root->find('items/cluster')) . ' END';
}

sub check_summary {
    my ($m, $root, $where) = @_;
    my $summary = $root->find('summary') or return 'no summary';
    my $status = status_column($m);
    my %count = map { $_->[0] => $_->[1] }
        $t->sql(statement($m, "$status AS s, COUNT(*)", @$where)
        . ' GROUP BY s');
    for my $code (@{ $m->{view}{codes} }) {
        my ($node) = grep { $_->attr('status') eq $code }
            $summary->find('count');
        return "no count of $code" if !$node;
        return "$code: " . $node->text . ' instead of ' . ($count{$code} || 0)
            if $node->text != ($count{$code} || 0);
    }
    my $running = $m->{view}{running};
    return undef if !$running || !defined $m->{low} || $m->{parent};
    my $earlier = $t->value(statement($m, 'COUNT(*)', conditions($m),
        "$m->{view}{at} < " . sql_time($m->{low}),
        "$m->{view}{at} >= " . sql_time($m->{low} - 400 * 86400e6),
        't.status IN (' . join(', ', map { "'$_'" } @$running) . ')'));
    my $told = $summary->text('running-earlier');
    return 'running-earlier: ' . ($told // 'nothing') . " instead of $earlier"
        if !defined $told || $told != $earlier;
    return undef;
}

# The ids of a document, following next; at most as many pages as asked.
sub read_pages {
    my ($m, $root, $pages) = @_;
    my @ids = map { $_->text('id') } $root->find($m->{view}{rows});
    my $told = $root->find('page') or return 'no page element';
    return 'count' if $told->attr('count') != @ids;
    my $next = $root->link('next');
    return 'complete, and yet a next page'
        if ($told->attr('complete') eq 'true') == (defined $next ? 1 : 0);
    return \@ids if !defined $next || $pages <= 1;
    my $answer = $t->get($next, user => $m->{view}{user} || 'feed');
    return "next: $answer->{status}" if $answer->{status} != 200;
    my $rest = read_pages($m, $t->xml($answer), $pages - 1);
    return ref $rest ? [ @ids, @$rest ] : $rest;
}

sub check_rows {
    my ($m, $answer) = @_;
    my $root = $t->xml($answer);
    my $why = check_window($m, $root);
    return $why if $why;
    my ($ids, $where) = expected_rows($m);
    my $size = $m->{size} // 'all';
    my $pages = chance(0.3) ? 3 : 1;
    my $got = read_pages($m, $root, $pages);
    return $got if !ref $got;
    my @wanted = @$ids;
    splice @wanted, $size * $pages
        if $size ne 'all' && @wanted > $size * $pages;
    return "rows @$got instead of @wanted" if "@$got" ne "@wanted";
    $rows += @$got;
    return $size ne 'all' && $size <= 500 && $m->{view}{codes}
        ? check_summary($m, $root, $where) : undef;
}

# HTML shows the same rows in the same order; what needs somebody comes first
# where a whole list of log backups or clusters stands on one page.  A row is
# headed by its link, or has its id; an audit event has neither.
sub check_page {
    my ($m, $answer) = @_;
    return "type $answer->{headers}{'content-type'}"
        if $answer->{headers}{'content-type'} !~ m{^text/html};
    return 'not the whole page' if $answer->{body} !~ m{</main>.*</(?:html|div)>\s*\z}s;
    my $xml = $t->get("/backup/$m->{path}.xml?" . join('&',
        "size=" . ($m->{size} // 50),
        grep { !/^(?:size|lang|layout)=/ } split /&/, $m->{query}),
        user => $m->{view}{user} || 'feed');
    return "XML: $xml->{status}" if $xml->{status} != 200;
    my $root = $t->xml($xml);
    my @ids = map { $_->text('id') } $root->find($m->{view}{rows});
    my $row = $m->{name} eq 'log' ? qr{<tr id="l(\d+)"}
        : qr{<th scope="row"[^>]*><a href="/backup/[a-z]+/(\d+)["?]};
    my @shown = $answer->{body} =~ /$row/g;
    $rows += @ids;
    if ($m->{name} =~ /^(?:log|clusters)$/
        && ($root->find('page'))[0]->attr('complete') eq 'true')
    {
        @$_ = sort @$_ for \@ids, \@shown;
    }
    return undef if $m->{name} eq 'audit' || "@shown" eq "@ids";
    return "page shows @shown instead of @ids";
}

sub check_refusal {
    my ($m, $answer) = @_;
    return "$answer->{status} instead of 400" if $answer->{status} != 400;
    return undef if $m->{format} eq 'html';
    my $error = $t->xml($answer);
    return 'no error document' if $error->{name} ne 'error';
    my $named = $error->text('parameter') // '';
    return undef if $m->{error} eq '' || $named eq $m->{error};
    return "names '$named' instead of '$m->{error}'";
}

sub check_case {
    my ($m) = @_;
    my $suffix = $m->{format} eq 'xml' ? '.xml' : '';
    my $user = $m->{view}{user} || ($suffix ? 'feed' : 'viewer');
    my $answer = $t->get("/backup/$m->{path}$suffix?$m->{query}",
        user => $user);
    return 'broken transfer' if !$answer->{complete};
    return check_refusal($m, $answer) if defined $m->{error};
    return "$answer->{status}: $answer->{body}" if $answer->{status} != 200;
    return $suffix ? check_rows($m, $answer) : check_page($m, $answer);
}

my %seen;
my $wrong = 0;
for my $case (1 .. $cases) {
    my $m = make_case();
    $seen{ defined $m->{error} ? 'refused' : 'answered' }++;
    my $why = eval { check_case($m) // '' } // "died: $@";
    next if $why eq '';
    fail("case $case: $m->{name}.$m->{format}?$m->{query}");
    diag(substr $why, 0, 600);
    last if ++$wrong == 10;
}
is($wrong, 0, "$cases cases: $seen{answered} answered with $rows rows,"
    . " $seen{refused} refused");

$t->done;
