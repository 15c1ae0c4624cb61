#!/usr/bin/perl
# scope.t: two users with different scopes, in turn: neither ever sees the other's rows, names or numbers.
#
# The first user's answers are kept before the second user's records exist, and
# must be the same afterwards: what is out of scope does not exist.  The operator
# has switched on a cache that knows nothing of users: it must not keep anything.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http qw(form_encode);
use BackupTasks::Records;
use IO::Socket::INET;
use MIME::Base64 ();
use Test::More;

my %scope = (anna => 'anna-own shared/anna-t', bert => 'group:bert-group'
    . ' shared/bert-t', nora => '');

sub settings {
    my $map = join ' ', map { qq($_ "$scope{$_}";) } sort keys %scope;
    s/(map \$remote_user \$demo_roles \{)/$1 anna "operator auditor"; bert "operator auditor"; nora "operator";/;
    s/server \{/map \$remote_user \$test_scope { $map default "*"; }\n    server {/;
    s/backup_tasks_scope +\*;/backup_tasks_scope \$test_scope;
        fastcgi_cache careless; fastcgi_cache_key \$request_uri;
        fastcgi_cache_valid any 1m;/;
    s/server \{/fastcgi_cache_path tmp\/cache keys_zone=careless:1m;\n    server {/;
    return;
}

# The worker's keeper is not to change anything while the test compares.
my $t = BackupTasks->new(edit => \&settings,
    worker_options => ['--command-deadline', 86400])->start(qw(db worker));
$t->_write($t->dir . '/htpasswd', join '', map { "$_:"
    . crypt($_, '$1$salt') . "\n" } sort(keys %scope), 'operator');
$t->start('nginx');
my $records = BackupTasks::Records->new($t);

# Ids that cannot be taken for anything else.
my %ids_from = (anna => 1_300_001, bert => 1_700_001);

sub begin_ids {
    my ($who) = @_;
    $t->sql("ALTER TABLE $_ AUTO_INCREMENT = $ids_from{$who}")
        for qw(clusters tenants record_keys commands);
    return;
}

my $day = $t->value('SELECT DATE(UTC_TIMESTAMP() - INTERVAL 2 DAY)');
my %id;

# One record of each kind and state in a place; every text bears the name.
sub fill {
    my ($who, $cluster, $tenant, $more) = @_;
    my %place = (cluster_id => $cluster, tenant_id => $tenant);
    for my $n (1 .. $more) {
        my $at = sprintf '%s %02d:%02d:00', $day, $n % 24, $n;
        push @{ $id{$who}{data} }, $records->add(data => %place,
            start_time => $at, end_time => $at, mode => 'FULL',
            method => 'PHYSICAL', status => $n % 2 ? 'FAILED' : 'COMPLETED',
            source => "$who-source", storage_directory => "file:///$who-dir",
            source_id => "$who-task-$n-$tenant", backup_set_id => $n,
            cause => { code => '-9040', text => "$who-cause", trace_id => "$who-trace" });
        push @{ $id{$who}{cleanup} }, $records->add(cleanup => %place,
            start_time => $at, status => 'FAILED', type => "$who-type",
            source_id => "$who-cleanup-$n-$tenant");
        push @{ $id{$who}{second} }, $records->add(second => %place,
            start_time => $at, kind => 'DATA', status => 'FAILED',
            task_id => $id{$who}{data}[-1], source_id => "$who-s-$n-$tenant",
            storage_directory => "file:///$who-second");
    }
    push @{ $id{$who}{log} }, $records->add(log => %place,
        start_time => "$day 00:00:00", status => 'INTERRUPTED',
        host => "$who-host", source_id => "$who-log-$tenant",
        latency_seconds => 9_000_000, observed => "$day 12:00:00",
        storage_directory => "file:///$who-logs");
    return;
}

# A task that covers several tenants.
sub contain {
    my ($task, $tenant) = @_;
    $t->sql('INSERT INTO data_task_tenants (task_id, tenant_id, status)'
        . " VALUES ($task, $tenant, 'FAILED')");
    return;
}

# A cluster of one's own with two tenants, and a tenant of the shared one.
my %common = (observed => "$day 12:00:00", created => "$day 00:00:00",
    stale_reason => 'away', round_seconds => 10_000_000);
my $shared = $records->add_cluster(%common, name => 'shared');
sub make_places {
    my ($who, $count) = @_;
    my $own = $records->add_cluster(%common, name => "$who-own",
        ob_name => "$who-ob", groups => ["$who-group"]);
    my @tenants = ((map { $records->add_tenant(cluster_id => $own,
        name => "$who-$_") } qw(one two)), $records->add_tenant(
        cluster_id => $shared, name => "$who-t"));
    fill($who, $_ == 2 ? $shared : $own, $tenants[$_], $count) for 0 .. 2;
    contain($id{$who}{data}[0], $_) for @tenants;
    contain($id{$_}{data}[-1], $tenants[2]) for grep { $id{$_} } keys %scope;
    $id{$who}{clusters} = [$own];
    return;
}

sub get {
    my ($who, $path) = @_;
    return $t->get("/backup/$path", user => $who);
}

my (%token, $key);
sub press {
    my ($who, $path, $state, %more) = @_;
    ($token{$who}) = get($who, $path)->{body} =~ /name="csrf" value="(\w+)"/
        if !$token{$who};
    return $t->post("/backup/$path", { csrf => $token{$who},
        'idempotency-key' => sprintf('%032x', ++$key),
        'expected-state' => $state, %more }, user => $who);
}

# Acts of one's own: a command canceled, one open, an acknowledgement, a refusal.
sub make_acts {
    my ($who) = @_;
    my ($first, $second) = @{ $id{$who}{log} };
    is(press($who, "log/$first/stop", 'INTERRUPTED')->{status}, 303,
        "$who: stop");
    my $command = $t->value('SELECT MAX(id) FROM commands');
    is(press($who, "commands/$command/cancel", 'REQUESTED')->{status}, 303,
        "$who: cancel");
    is(press($who, "log/$second/restart", 'INTERRUPTED')->{status}, 303,
        "$who: restart");
    is(press($who, "log/$second/stop", 'INTERRUPTED')->{status}, 409,
        "$who: a refusal");
    is(press($who, "data/$id{$who}{data}[2]/acknowledge", 'FAILED')->{status},
        303, "$who: acknowledge");
    $id{$who}{commands} = [$command, $command + 1];
    return;
}

# --- what there is to ask -----------------------------------------------------

my $window = "range=custom&from=$day&to=${day}T23:59";

sub views {
    my ($who) = @_;
    my %i = map { $_ => $id{$who}{$_}[0] } keys %{ $id{$who} };
    return (
        (map { ("$_?$window", "$_?$window&size=2", "$_?$window&size=2&status="
            . 'FAILED', "$_?$window&tz=%2B08:00&cluster=own") }
            qw(data cleanup second log)),
        qw(data log cleanup second clusters clusters?size=1 commands?range=30d
            audit?range=30d commands?range=30d&size=1 audit?range=30d&size=1),
        "data/$i{data}", "data/$i{data}/cause", "data/$i{data}/second",
        "data/$id{$who}{data}[-1]", "log/$i{log}?$window", "cleanup/$i{cleanup}", "second/$i{second}",
        "clusters/$i{clusters}", "clusters/$shared", "commands/$i{commands}",
        "log/$i{log}/stop", "log/$i{log}/start", "log/$i{log}/restart",
        "log/$i{log}/acknowledge", "data/$i{data}/acknowledge",
        "commands/$i{commands}/cancel", "data/$i{data}/cancel",
        "cleanup/$i{cleanup}/cancel", "clusters/$i{clusters}/backup",
        "clusters/$shared/backup", "clusters/$shared/backup?tenant-name=$who-t");
}

sub in_format {
    my ($path, $format) = @_;
    my ($view, $query) = split /\?/, $path, 2;
    return "$view$format" . (defined $query ? "?$query" : '');
}

# Without what differs from one second to the next.
sub settled {
    my ($body) = @_;
    $body =~ s/ (?:generated|request-id|at|last-seen)="[^"]*"//g;
    # A position tells the time and the filter, too.
    $body =~ s/\bdelta=[\w-]+//g;
    $body =~ s/\b[0-9a-f]{32}\b//g;
    $body =~ s{<seconds>\d+</seconds>}{}g;
    $body =~ s{<gap seconds="\d+" ?/>}{}g;
    $body =~ s/(?<=[ "])(?:from|to)="[^"]*"//g;
    $body =~ s/(?:after|before)=[\w.~-]+//g;
    return $body;
}

my %other = (anna => 'bert', bert => 'anna');

# Names and numbers of the other in an answer.
sub foreign {
    my ($who, $text) = @_;
    my $name = $other{$who};
    my $number = substr $ids_from{$name}, 0, 3;
    my @found = $text =~ /(\b$name-\w+|\b$number\d{4}\b|>$name<|\b$name\b)/g;
    return join ' ', @found;
}

begin_ids('anna');
make_places('anna', 5);
make_acts('anna');
my @views = views('anna');
my %before = map { $_ => settled(get('anna', in_format($_, '.xml'))->{body}) }
    @views;

begin_ids('bert');
make_places('bert', 30);
make_acts('bert');
my %seen = (anna => \@views, bert => [views('bert')]);

# To a comparison in SQL its name is the same as anna's.
fill('bert', $shared, $records->add_tenant(cluster_id => $shared,
    name => 'anna-t '), 3);

# --- in turn --------------------------------------------------------------------

for my $n (0 .. $#views) {
    for my $format ('.xml', '') {
        for my $who (qw(anna bert anna bert)) {
            my $path = in_format($seen{$who}[$n], $format);
            my $answer = get($who, $path);
            is($answer->{status}, 200, "$who: $path");
            is(foreign($who, $answer->{body}
                . join ' ', @{ $answer->{header_list} }), '',
                "$who: $path: nothing of the other");
            next if $who eq 'bert' || !$format;
            is(settled($answer->{body}), $before{ $seen{$who}[$n] },
                "$who: $path: as if the other did not exist");
        }
    }
}
# As CSV and as feeds, and in the metrics, where the other's clusters would be numbers.
for my $path (map({ "$_.csv?size=all" } qw(log clusters)), map({
    ("$_.csv?range=7d&size=all", "$_.csv?range=7d&size=2") } qw(data cleanup
    second commands audit)), map({ ("$_.atom?size=500", "$_.atom?size=2") }
    qw(data log cleanup second clusters audit)), 'metrics')
{
    for my $who (qw(anna bert anna)) {
        my $answer = get($who, $path);
        is($answer->{status}, 200, "$who: $path");
        is(foreign($who, $answer->{body} . join ' ',
            @{ $answer->{header_list} }), '', "$who: $path: nothing of the other");
        like($answer->{body}, qr/\b$who-/, "$who: $path: but what is theirs");
    }
}
like(get('bert', 'data.xml?range=7d&size=all')->{body}, qr/bert-source/,
    'the other does exist');

# One connection, both users: nothing is left over from one to the other.
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $t->port) or die "connect: $!";
my @turns = map { ([anna => $_], [bert => $_]) } ('data.xml?range=7d', 'log',
    'clusters.xml', 'audit.xml?range=30d', 'data?range=7d');
print {$socket} map { "GET /backup/$_->[1] HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    . 'Authorization: Basic ' . MIME::Base64::encode("$_->[0]:$_->[0]", '')
    . "\r\n\r\n" } @turns;
print {$socket} "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
my @answers = split m{(?=HTTP/1\.1 \d{3} )}, do { local $/; <$socket> };
is(scalar @answers, @turns + 1, 'as many answers as requests');
is(join(' ', grep { $_ } map { foreign($turns[$_][0], $answers[$_]) }
    0 .. $#turns), '', 'one connection: nothing of the other');
is(scalar(grep { index($answers[$_], $turns[$_][0] . '-') >= 0 } 0 .. $#turns),
    scalar @turns, 'and everybody sees what is theirs');

# --- forged ids, filters and cursors ---------------------------------------------

# An answer about what is not in scope is the answer about what does not exist.
sub as_unknown {
    my ($real, $unknown, $name) = @_;
    my ($a, $b) = map { get('anna', $_) } $real, $unknown;
    my %id = map { $_ => 1 } join(' ', $real, $unknown) =~ /(\d{7,})/g;
    for my $answer ($a, $b) {
        $answer->{body} =~ s/\b$_\b/ID/g for keys %id;
    }
    is("$a->{status} " . settled($a->{body}), "$b->{status} "
        . settled($b->{body}), $name);
    return $a;
}

my %unknown = map { $_ => 1_900_001 } qw(data log cleanup second commands
    clusters);
for my $format ('.xml', '') {
    for my $path (grep { m{^\w+/\d} && !m{^clusters/$shared} }
        @{ $seen{bert} })
    {
        (my $none = $path) =~ s{^(\w+)/\d+}{$1/$unknown{$1}};
        my $answer = as_unknown(in_format($path, $format),
            in_format($none, $format), "anna: $path$format: as if unknown");
        is($answer->{status}, 404, "anna: $path$format: 404");
    }
}
for my $view (qw(data log cleanup second clusters commands audit)) {
    my %filter = ('cluster-id' => [$id{bert}{clusters}[0], 1_900_001],
        group => ['bert-group', 'none-group'], cluster => ['bert-o', 'none-o'],
        'tenant-name' => ['bert-one', 'none-one'], tenant => ['bert', 'none'],
        $view =~ /commands|audit/ ? (user => ['bert', 'none']) : ());
    for my $name (sort keys %filter) {
        my @queries = map { "$view.xml?size=50&$name=$_" } @{ $filter{$name} };
        my ($a, $b) = map { my $body = settled(get('anna', $_)->{body});
            $body =~ s/bert|none|ID|$id{bert}{clusters}[0]|1900001//g; $body }
            @queries;
        is($a, $b, "anna: $queries[0]: as if unknown");
    }
}
for my $view (qw(data log cleanup second clusters commands audit)) {
    my $range = $view =~ /log|clusters/ ? '' : '&range=30d';
    my $page = get('bert', "$view.xml?size=1$range");
    my ($cursor) = $page->{body} =~ /after=([\w.~-]+)/
        or fail("bert: $view has a second page") && next;
    my @forged = ($cursor, map { my $c = $cursor;
        substr($c, $_, 1) = substr($c, $_, 1) eq 'A' ? 'B' : 'A'; $c }
        grep { $_ < length $cursor } map { 5 * $_ } 0 .. 9);
    my $bad = '';
    for my $parameter (map { ("after=$_", "before=$_") } @forged) {
        my $answer = get('anna', "$view.xml?size=1$range&$parameter");
        $bad .= "$parameter: $answer->{status} "
            if $answer->{status} !~ /^(?:200|400)$/;
        (my $body = $answer->{body}) =~ s/(?:after|before)=[\w.~-]+//g;
        $bad .= foreign('anna', $body);
    }
    is($bad, '', "anna: $view: forged cursors");
}

# --- acts -------------------------------------------------------------------------

my $events = $t->value('SELECT COUNT(*) FROM audit_events');
my $changes = $t->value('SELECT COUNT(*) FROM changes');
my $commands = $t->value('SELECT COUNT(*) FROM commands');
my $tries = 0;
for my $case (["log/$id{bert}{log}[0]/stop", 'INTERRUPTED'],
    ["log/$id{bert}{log}[2]/restart", 'INTERRUPTED'],
    ["log/$id{bert}{log}[0]/acknowledge", 'INTERRUPTED'],
    ["data/$id{bert}{data}[0]/acknowledge", 'FAILED'],
    ["second/$id{bert}{second}[0]/acknowledge", 'FAILED'],
    ["data/$id{bert}{data}[0]/cancel", 'IN_PROGRESS'],
    ["cleanup/$id{bert}{cleanup}[0]/cancel", 'EXECUTING'],
    ["clusters/$id{bert}{clusters}[0]/backup", 'OK', mode => 'FULL'],
    ["clusters/$shared/backup?tenant-name=bert-t", 'OK', mode => 'FULL'],
    ["commands/$id{bert}{commands}[1]/cancel", 'REQUESTED'])
{
    my $answer = press('anna', @$case);
    is($answer->{status}, 404, "anna: $case->[0]: 404");
    is(foreign('anna', $answer->{body} =~ s/$case->[0]//r), '',
        "anna: $case->[0]: nothing of the other");
    $tries++;
}
is($t->value('SELECT COUNT(*) FROM commands'), $commands, 'no command');
is($t->value('SELECT COUNT(*) FROM changes'), $changes, 'no change');
is($t->value('SELECT COUNT(*) FROM audit_events'), $events + $tries,
    'but an event for each try');
like(get('bert', 'audit.xml?range=30d')->{body}, qr/<user>anna</,
    'which whoever may see the record sees');
is(foreign('anna', get('anna', 'audit.xml?range=30d')->{body}), '',
    'and who tried does not');

# Without a scope there is nothing.
is(scalar(() = get('nora', "$_.xml?size=all")->{body} =~ /<id>/g), 0,
    "nobody's scope: $_") for qw(data log cleanup second clusters commands
    audit);

$t->done;
