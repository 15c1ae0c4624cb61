# Records.pm: puts records into a test's store by plain SQL, counts included.
#
# An own way into the tables, so that a test's rows do not depend on the program
# that is being tested.  `backup-tasks-ctl check` agrees with what is written.

package BackupTasks::Records;

use strict;
use warnings;

my %table = (data => 'data_tasks', cleanup => 'cleanup_tasks',
    second => 'second_backups', log => 'log_backups');

sub new {
    my ($class, $t) = @_;
    return bless { t => $t, source => 0 }, $class;
}

# Text, as characters or as bytes of UTF-8, as an SQL literal; undef is NULL.
sub quote {
    my ($text) = @_;
    return 'NULL' if !defined $text;
    my $copy = $text;
    utf8::encode($text) if utf8::is_utf8($text) || !utf8::decode($copy);
    return $text eq '' ? "''" : "_utf8mb4 x'" . unpack('H*', $text) . "'";
}

sub _insert {
    my ($self, $table, %row) = @_;
    my @columns = sort keys %row;
    my @values = map { my $v = $row{$_};
        ref $v eq 'SCALAR' ? $$v : quote($v) } @columns;
    $self->{t}->sql("INSERT INTO $table (" . join(', ', @columns)
        . ') VALUES (' . join(', ', @values) . ')');
    return;
}

# A transaction that ends with the next change number, as every writer's does.
sub _change {
    my ($self, $code) = @_;
    my $t = $self->{t};
    $t->sql('BEGIN');
    $t->sql('UPDATE change_counter SET number = LAST_INSERT_ID(number + 1)'
        . ' WHERE id = 1');
    my $number = $t->value('SELECT LAST_INSERT_ID()');
    $t->sql('UPDATE change_counter SET at = GREATEST(UTC_TIMESTAMP(6),'
        . ' at + INTERVAL 1 MICROSECOND) WHERE id = 1');
    my $result = $code->($number);
    $t->sql('INSERT INTO cluster_changes SELECT c.id, k.number, k.at FROM'
        . ' change_counter k JOIN clusters c WHERE c.change_no = k.number OR c.id'
        . ' IN (SELECT cluster_id FROM changes WHERE number = k.number UNION'
        . ' SELECT cluster_id FROM removed WHERE change_no = k.number)'
        . ' ON DUPLICATE KEY UPDATE number = k.number, at = k.at');
    $t->sql('COMMIT');
    return $result;
}

my $now = \'UTC_TIMESTAMP(6)';

# add_cluster(name => ..., groups => [ ... ], columns of the table): its id.
sub add_cluster {
    my ($self, %o) = @_;
    my $groups = delete $o{groups} || [];
    return $self->_change(sub {
        my ($number) = @_;
        $self->_insert('clusters', adapter => 'program', created => $now,
            updated => $now, observed => $now, change_no => $number, %o);
        my $id = $self->{t}->value('SELECT LAST_INSERT_ID()');
        $self->_insert('cluster_groups', cluster_id => $id, name => $_)
            for @$groups;
        return $id;
    });
}

# add_tenant(cluster_id => ..., name => ...): its id.
sub add_tenant {
    my ($self, %o) = @_;
    my $t = $self->{t};
    my $next = 1000 + $t->value('SELECT COUNT(*) FROM tenants');
    $self->_insert('tenants', incarnation => 1, ob_id => $next,
        created => $now, updated => $now, %o);
    return $t->value('SELECT LAST_INSERT_ID()');
}

# add(data => cluster_id => ..., tenant_id => ..., start_time => '2026-01-01
# 00:00:00', status => ..., cause => { code, stage, text, trace_id }): its id.
sub add {
    my ($self, $kind, %o) = @_;
    my $cause = delete $o{cause};
    my $t = $self->{t};
    my $listed = delete $o{listed_at} || $o{start_time};
    my $source = delete $o{source_id} // 'test-' . ++$self->{source};
    return $self->_change(sub {
        my ($number) = @_;
        $self->_insert('record_keys', kind => $kind, incarnation => 1,
            cluster_id => $o{cluster_id}, source_id => $source,
            ob_tenant_id => \"(SELECT ob_id FROM tenants WHERE id = $o{tenant_id})",
            listed_at => $listed);
        my $id = $t->value('SELECT LAST_INSERT_ID()');
        $self->_insert($table{$kind}, %o, id => $id, source_id => $source,
            listed_at => $listed, updated => $now, change_no => $number);
        $self->_insert('causes', %$cause, record_id => $id, cause_at => $now)
            if $cause;
        $self->_count($kind, $id, 1);
        $self->_sum_up($o{tenant_id}) if $kind eq 'data';
        $self->_note($number, $kind, $id, undef, $o{status});
        return $id;
    });
}

# add_many(COUNT, cluster_id => ..., tenant_id => ...): that many data tasks, one
# each 10 seconds back from now, by few statements; the id of the first.
sub add_many {
    my ($self, $count, %o) = @_;
    my $t = $self->{t};
    my ($cluster, $tenant) = @o{qw(cluster_id tenant_id)};
    my $first = 1 + $t->value('SELECT IFNULL(MAX(id), 0) FROM record_keys');
    my $at = 'UTC_TIMESTAMP(6) - INTERVAL 10 * seq SECOND';
    $self->_change(sub {
        my ($number) = @_;
        $t->sql('SET timestamp = UNIX_TIMESTAMP()');
        $t->sql('INSERT INTO record_keys (id, kind, cluster_id, incarnation,'
            . " ob_tenant_id, source_id, listed_at) SELECT $first + seq - 1,"
            . " 'data', $cluster, 1, (SELECT ob_id FROM tenants WHERE id ="
            . " $tenant), CONCAT('many-', seq), $at FROM seq_1_to_$count");
        $t->sql('INSERT INTO data_tasks (listed_at, id, cluster_id, tenant_id,'
            . ' source_id, mode, method, start_time, end_time, status,'
            . ' storage_directory, updated, change_no)'
            . " SELECT $at, $first + seq - 1, $cluster, $tenant,"
            . " CONCAT('many-', seq), 'FULL', 'PHYSICAL', $at, $at +"
            . " INTERVAL 5 SECOND, 'COMPLETED', CONCAT('file:///backup/', seq),"
            . " UTC_TIMESTAMP(6), $number FROM seq_1_to_$count");
        $t->sql('INSERT INTO changes (number, kind, record_id, cluster_id,'
            . " tenant_id, new_status, at) SELECT $number, 'data', id,"
            . " cluster_id, tenant_id, status, updated FROM data_tasks"
            . " WHERE id >= $first");
        for my $place ('cluster_id, tenant_id', '0 AS a, 0 AS b') {
            $t->sql('INSERT INTO hourly_counts SELECT * FROM (SELECT'
                . " 'data', DATE_FORMAT(listed_at, '%Y-%m-%d %H:00:00') AS h,"
                . " $place, status, mode, method, COUNT(*) AS n FROM data_tasks"
                . " WHERE id >= $first GROUP BY h, status) AS q"
                . ' ON DUPLICATE KEY UPDATE tasks = tasks + q.n');
        }
        $t->sql('SET timestamp = DEFAULT');
        $self->_sum_up($tenant);
    });
    return $first;
}

# change_cluster($id, "SQL", ...): statements about a cluster, as one change of it.
sub change_cluster {
    my ($self, $id, @statements) = @_;
    $self->_change(sub {
        my ($number) = @_;
        $self->{t}->sql($_) for @statements,
            "UPDATE clusters SET change_no = $number WHERE id = $id";
    });
    return;
}

# set(data => $id, status => 'COMPLETED', ...): changes columns of a record.
sub set {
    my ($self, $kind, $id, %o) = @_;
    my $t = $self->{t};
    my $old = $t->value("SELECT status FROM $table{$kind} WHERE id = $id");
    $self->_change(sub {
        my ($number) = @_;
        $self->_count($kind, $id, -1);
        my $set = join ', ', map { "$_ = " . quote($o{$_}) } sort keys %o;
        $t->sql("UPDATE $table{$kind} SET $set, updated = UTC_TIMESTAMP(6),"
            . " change_no = $number WHERE id = $id");
        $self->_count($kind, $id, 1);
        $self->_sum_up($t->value('SELECT tenant_id FROM data_tasks WHERE id ='
            . " $id")) if $kind eq 'data';
        $self->_note($number, $kind, $id, $old, $o{status} // $old);
    });
    return;
}

# remove(data => $id): what retention does.
sub remove {
    my ($self, $kind, $id) = @_;
    my $t = $self->{t};
    $self->_change(sub {
        my ($number) = @_;
        $self->_count($kind, $id, -1);
        $t->sql("INSERT INTO removed (kind, record_id, cluster_id, tenant_id,"
            . " updated, change_no) SELECT '$kind', id, cluster_id, tenant_id,"
            . " UTC_TIMESTAMP(6), $number FROM $table{$kind} WHERE id = $id");
        $t->sql("DELETE FROM $table{$kind} WHERE id = $id");
        $t->sql("DELETE FROM causes WHERE record_id = $id");
        $t->sql("DELETE FROM acknowledgements WHERE record_id = $id");
    });
    return;
}

# The hourly counts of a record, under its tenant and under all of them.
sub _count {
    my ($self, $kind, $id, $by) = @_;
    return if $kind eq 'log';
    my $mode = $kind eq 'data' ? "IFNULL(mode, '')"
             : $kind eq 'second' ? 'kind' : "''";
    my $method = $kind eq 'data' ? "IFNULL(method, '')" : "''";
    for my $place ('cluster_id, tenant_id', '0, 0') {
        $self->{t}->sql("INSERT INTO hourly_counts (kind, hour, cluster_id,"
            . " tenant_id, status, mode, method, tasks) SELECT '$kind',"
            . " DATE_FORMAT(listed_at, '%Y-%m-%d %H:00:00'), $place, status,"
            . " $mode, $method, $by FROM $table{$kind} WHERE id = $id"
            . " ON DUPLICATE KEY UPDATE tasks = tasks + $by");
    }
    return;
}

# What a tenant's row says about its data backups; it never takes back what a
# test has put there.
sub _sum_up {
    my ($self, $tenant) = @_;
    my $t = $self->{t};
    $t->sql('UPDATE data_tasks SET end_time = start_time + INTERVAL 1 MINUTE'
        . " WHERE status IN ('COMPLETED', 'FAILED') AND end_time IS NULL"
        . " AND tenant_id = $tenant");
    for my $mode (qw(FULL INCREMENTAL)) {
        my $column = 'n.last_' . lc $mode;
        $t->sql('UPDATE tenants n, (SELECT MAX(end_time) AS at FROM data_tasks'
            . " WHERE tenant_id = $tenant AND status = 'COMPLETED' AND"
            . " mode = '$mode') d SET $column = COALESCE(GREATEST($column,"
            . " d.at), d.at, $column) WHERE n.id = $tenant");
    }
    $t->sql('UPDATE tenants n JOIN (SELECT listed_at, id, status FROM data_tasks'
        . " WHERE tenant_id = $tenant AND status IN ('COMPLETED', 'FAILED')"
        . ' ORDER BY listed_at DESC, id DESC LIMIT 1) d SET n.last_data_at ='
        . ' d.listed_at, n.last_data_id = d.id, n.last_data_status = d.status'
        . " WHERE n.id = $tenant");
    return;
}

sub _note {
    my ($self, $number, $kind, $id, $old, $new) = @_;
    $self->{t}->sql('INSERT INTO changes (number, kind, record_id, cluster_id,'
        . " tenant_id, old_status, new_status, at) SELECT $number, '$kind', id,"
        . ' cluster_id, tenant_id, ' . quote($old) . ', ' . quote($new)
        . ", UTC_TIMESTAMP(6) FROM $table{$kind} WHERE id = $id");
    return;
}

1;
