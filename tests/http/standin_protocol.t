# standin_protocol.t: the stand-in for OceanBase speaks like one: protocol, accounts, TLS, refusals, faults.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Standin;
use Cwd ();
use File::Temp ();
use Test::More;

my $root = Cwd::abs_path("$FindBin::Bin/../..");
my $dir = File::Temp::tempdir('bt-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);
mkdir "$dir/log";
my $standin = BackupTasks::Standin->new(dir => $dir, root => $root);
my $odd = 'a`; DROP TABLE x; -- ';
my $port = $standin->open('c42', version => '4.2.1.0', clock => 1795341600,
    tenants => [ { name => 'shop', archiving => 1 }, { name => $odd },
        { name => 'bare', destination => undef } ],
    users => { 'root@sys' => { password => 'standin', rights => 'all' },
        'watch@sys' => { password => 'watch', rights => 'read' } });

# The answer of the client program, one line per row, or the error.
sub ask {
    my ($sql, %o) = @_;
    open my $file, '>', "$dir/ask.sql" or die "ask.sql: $!";
    print $file $sql;
    close $file;
    my $options = $o{options} // '';
    my $user = $o{user} // 'root@sys';
    my $password = $o{password} // 'standin';
    my $text = qx(mariadb --no-defaults -h127.0.0.1 -P@{[ $o{port} // $port ]} \\
        '-u$user' '-p$password' -BN --skip-reconnect --connect-timeout=5 $options < $dir/ask.sql 2>&1);
    chomp $text;
    return $text =~ /^(ERROR .*)/m ? $1 : $text;
}

sub content {
    my ($name) = @_;
    open my $file, '<', "$dir/$name" or die "$name: $!";
    local $/;
    return scalar(<$file>) // '';
}

is(ask('SELECT OB_VERSION(), VERSION()'),
    "4.2.1.0\t5.7.25-OceanBase_CE-v4.2.1.0", 'its version');
is(ask('SELECT TIME_TO_USEC(NOW(6))'), '1795341600000000',
    'its clock stands still');
is(ask('SELECT NOW(6)'), '2026-11-22 18:00:00.000000',
    'sessions begin in its own zone');
is(ask("SET time_zone = '+00:00'; SELECT NOW(6)"),
    '2026-11-22 10:00:00.000000', 'and can have another');
is(ask('SELECT tenant_name FROM oceanbase.dba_ob_tenants '
    . "WHERE tenant_type = 'USER' ORDER BY 1"), "$odd\nbare\nshop",
    'names of views in small letters');
is(ask("SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = "
    . "'oceanbase' AND TABLE_NAME = 'CDB_OB_BACKUP_TASKS'"), 27,
    'columns as they were in that version');
is(ask("SHOW PARAMETERS LIKE 'cluster'") =~ /\tc42\t/, 1, 'parameters');

like(ask('SELECT 1', password => 'wrong'), qr/^ERROR 1045 \(42000\)/,
    'a wrong password');
is(ask('SELECT 1', user => 'root@sys#c42'), 1, 'a name as through a proxy');
like(ask('ALTER SYSTEM ARCHIVELOG', user => 'watch@sys', password => 'watch'),
    qr/^ERROR 1227 \(42501\)/, 'an account that may only look');
like(ask('SET nonsense = 1'), qr/^ERROR 1193/, 'an unknown variable');
is(ask('SET SESSION ob_query_timeout = 5000000; SELECT 1'), 1,
    'a variable of its own');

like(ask('ALTER SYSTEM ARCHIVELOG TENANT = a; DROP TABLE x'),
    qr/^ERROR 5160/, 'statements one by one');
like(ask("ALTER SYSTEM ARCHIVE"), qr/^ERROR 1064 \(42000\).*near 'ARCHIVE'/,
    'a statement that it does not know');
is(ask('ALTER SYSTEM ARCHIVELOG TENANT = `a``; DROP TABLE x; -- `'), '',
    'a name that must be quoted');
like(ask('ALTER SYSTEM ARCHIVELOG TENANT = shop'),
    qr/^ERROR 9091 \(HY000\).*Already in ARCHIVELOG mode/, 'already');
is(ask('ALTER SYSTEM ARCHIVELOG TENANT = bare'), '',
    'accepted without a destination');

my @states;
for (1 .. 4) {
    $standin->advance(c42 => 5);
    push @states, ask('SELECT TENANT_ID, STATUS FROM oceanbase.CDB_OB_ARCHIVELOG '
        . 'WHERE TENANT_ID <> 1002');
}
is("@states", "1004\tPREPARE 1004\tBEGINNING 1004\tDOING 1004\tDOING",
    'the states of a start; nothing runs without a destination');

$standin->tell('c42', 'interrupt', tenant => 'shop');
is(ask('SELECT STATUS, COMMENT FROM oceanbase.CDB_OB_ARCHIVELOG WHERE '
    . 'TENANT_ID = 1002'), "INTERRUPTED\tlog stream 1001 interrupted.",
    'interrupted');
like(ask('ALTER SYSTEM ARCHIVELOG TENANT = shop'), qr/^ERROR 9091/,
    'an interrupted one is still in ARCHIVELOG mode');
ask('ALTER SYSTEM NOARCHIVELOG TENANT = shop');
$standin->advance(c42 => 10);
ask('ALTER SYSTEM ARCHIVELOG TENANT = shop');
$standin->advance(c42 => 15);
is(ask('SELECT ROUND_ID, STATUS FROM oceanbase.CDB_OB_ARCHIVELOG_SUMMARY WHERE '
    . 'TENANT_ID = 1002 ORDER BY 1'), "1\tSTOP\n2\tDOING", 'a round of its own');

$standin->tell('c42', 'fault', fault => { when => 'after', match => 'DEFER',
    action => 'drop' });
like(ask("ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE = 'DEFER' TENANT = shop"),
    qr/^ERROR 2013/, 'a connection lost after the statement took effect');
$standin->advance(c42 => 10);
is(ask('SELECT STATUS FROM oceanbase.CDB_OB_ARCHIVELOG WHERE TENANT_ID = 1002'),
    'SUSPEND', 'which it did');

$standin->tell('c42', 'down');
like(ask('SELECT 1'), qr/^ERROR 2002/, 'a cluster that is away');
$standin->tell('c42', 'up');
is(ask('SELECT 1'), 1, 'and back at the same place');

my @took = map { "$_->{result} " . ($_->{verb} // '') } $standin->statements('c42');
is(scalar(grep { /^OK SET/ } @took), 1, 'every statement is remembered');

# TLS with a certificate of its own.
system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
    . "-days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
    . "-keyout $dir/key.pem -out $dir/cert.pem 2> /dev/null") == 0 or die;
my %pem = map { $_ => content("$_.pem") } qw(key cert);
my $secure = $standin->open('ctls', version => '4.2.1.0', tenants => [],
    tls => { %pem, required => 1 });
like(ask("SHOW PARAMETERS LIKE 'cluster'", port => $secure,
    options => "--ssl-ca=$dir/cert.pem --ssl-verify-server-cert"),
    qr/\tctls\t/, 'verified TLS');
like(ask('SELECT 1', port => $secure, options => '--skip-ssl'),
    qr/^ERROR 1045/, 'no TLS where it is required');

is(content('log/standin.out'), '',
    'nothing went wrong inside');
done_testing();
