#!/usr/bin/perl
# health.t: the sentence above the tabs: each risk, its order, its age, who sees it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Records;
use BackupTasks::Worker;
use Test::More;

my $t = BackupTasks->new->start(qw(db worker));
my $worker = BackupTasks::Worker->new($t);
my $records = BackupTasks::Records->new($t);

sub ago {
    my ($seconds) = @_;
    return $t->value("SELECT UTC_TIMESTAMP() - INTERVAL $seconds SECOND");
}

# A cluster with one tenant whose newest backup is an hour old.
sub cluster {
    my ($name, %o) = @_;
    my $id = $records->add_cluster(name => $name, version => '4.2.1.8',
        groups => [$name], observed => ago($o{observed} // 0));
    my $tenant = $records->add_tenant(cluster_id => $id, name => "t-$name",
        last_full => exists $o{good} ? $o{good} : ago(3600));
    return ($id, $tenant);
}

sub log_backup {
    my ($cluster, $tenant, $status, %o) = @_;
    return $records->add(log => cluster_id => $cluster, tenant_id => $tenant,
        start_time => ago(86400), status => $status,
        status_since => ago(600), observed => ago(0), latency_seconds => 30,
        %o);
}

sub health { return ($worker->root('data', 'size=50', @_)->find('health'))[0] }
sub kinds { return join ' ', map { $_->attr('kind') } $_[0]->find('risk') }

# The risks of one cluster alone, as its Overview shows them.
sub own_risks {
    my ($id) = @_;
    my $root = $worker->root('cluster', '', kind => 'clusters', id => $id);
    return (join(' ', map { $_->attr('kind') } $root->find('risk')), $root);
}

my ($calm, $calm_tenant) = cluster('calm');
log_backup($calm, $calm_tenant, 'IN_PROGRESS');
my $calm_health = health();
is($calm_health->attr('clusters'), 1, 'one cluster');
is($calm_health->attr('at-risk'), 0, 'nothing is at risk');
is(kinds($calm_health), '', 'no risk is named');

my %case = (
    LOG_INTERRUPTED => sub { log_backup(@_, 'INTERRUPTED') },
    LOG_FAILED => sub { log_backup(@_, 'FAILED') },
    LOG_STOPPED => sub { log_backup(@_, 'STOPPED') },
    LOG_LATENCY => sub { log_backup(@_, 'IN_PROGRESS',
        latency_seconds => 601) });
my (%id, %log);
for my $kind (sort keys %case) {
    my ($cluster, $tenant) = cluster($kind);
    $log{$kind} = $case{$kind}->($cluster, $tenant);
    $id{$kind} = $cluster;
    my ($own, $root) = own_risks($cluster);
    is($own, $kind, "$kind is seen");
    is(($root->find('risk/log-id'))[0]->text, $log{$kind},
        "$kind names its log backup");
}

($id{DATA_AGE}) = cluster('DATA_AGE', good => ago(129600 + 60));
($id{DATA_NEVER}) = cluster('DATA_NEVER', good => undef);
($id{STALE}) = cluster('STALE', observed => 31);
for my $kind (qw(DATA_AGE DATA_NEVER STALE)) {
    is((own_risks($id{$kind}))[0], $kind, "$kind is seen");
}

($id{DATA_FAILED}, my $failed_tenant) = cluster('DATA_FAILED');
my $failed = $records->add(data => cluster_id => $id{DATA_FAILED},
    tenant_id => $failed_tenant, start_time => ago(500), end_time => ago(400),
    status => 'FAILED', mode => 'FULL', method => 'PHYSICAL');
$t->sql("UPDATE tenants SET last_data_status = 'FAILED', last_data_id = $failed"
    . " WHERE id = $failed_tenant");
my ($own, $root) = own_risks($id{DATA_FAILED});
is($own, 'DATA_FAILED', 'a failed newest backup is seen');
is(($root->find('risk/task-id'))[0]->text, $failed, 'it names the task');
my ($seconds) = map { $_->text } $root->find('risk/seconds');
cmp_ok($seconds, '>=', 400, 'it says since when');
cmp_ok($seconds, '<', 500, 'counted from the end of the task');

my $all = health();
is($all->attr('clusters'), 9, 'all clusters are counted');
is($all->attr('at-risk'), 8, 'and those at risk');
is(kinds($all), 'LOG_INTERRUPTED LOG_FAILED LOG_LATENCY',
    'the three worst, in their order');
my %count = map { $_->attr('status') => $_->text } $all->find('count');
is_deeply(\%count, { OK => 1, WARNING => 2, CRITICAL => 5, STALE => 1 },
    'counted by status');

is(kinds(health(scope => 'group:LOG_STOPPED')), 'LOG_STOPPED',
    'a scope sees its own risks only');
is(health(scope => 'calm')->attr('at-risk'), 0, 'and no number of others');
is(kinds(health(from => 0, to => 1_000_000)), kinds($all),
    'whatever the range');

for my $record (@log{sort keys %log}, $failed) {
    $t->sql('INSERT INTO acknowledgements (record_id, acknowledged_by,'
        . " acknowledged_at) VALUES ($record, 'li.wei', UTC_TIMESTAMP(6))");
}
is((own_risks($id{$_}))[0], '', "acknowledged, $_ is no risk")
    for sort keys %log, 'DATA_FAILED';

$t->sql("UPDATE clusters SET observed = NULL WHERE id = $id{DATA_AGE}");
($own, $root) = own_risks($id{DATA_AGE});
is($own, '', 'a cluster that was never observed has no risks');
is(($root->find('status'))[0]->text, 'UNKNOWN', 'it is unknown');

# While no agent is there all numbers are old, whatever they say.
sub away { return (health()->find('agents-away'))[0] }
is(away(), undef, 'a store without any agent says nothing of agents');
$t->sql("INSERT INTO agents (name, started, last_seen) VALUES ('one',"
    . ' UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 10 SECOND), ('
    . "'two', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1 HOUR)");
is(away(), undef, 'one agent is enough');
$t->sql('UPDATE agents SET last_seen = last_seen - INTERVAL 1 MINUTE');
cmp_ok(away()->text('seconds'), '>=', 70, 'none for more than a minute');
is(away()->text('since'), $t->value("SELECT DATE_FORMAT(MAX(last_seen),"
    . " '%Y-%m-%dT%H:%i:%s.%fZ') FROM agents"), 'since the last one went');

$t->done;
