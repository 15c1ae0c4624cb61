# Module.pm: nginx with the module before the echo, for the tests of the module.
#
#   my $t = BackupTasks::Module->new(location => 'backup_tasks_range_max 7d;');
#   my $answer = $t->get('/backup/data.xml', user => 'olga');
#   is($t->params($answer)->{BT_USER}, 'olga');
#
# Sign-ins (the password is the name): vera viewer, olga operator, axel
# auditor, fred feed, nora none, anna all four roles.

package BackupTasks::Module;

use strict;
use warnings;

use BackupTasks;
use BackupTasks::Echo qw(echo_start echo_stop echo_params);
use IO::Socket::INET;

our @ISA = ('BackupTasks');

my %roles = (
    vera => 'viewer', olga => 'operator', axel => 'auditor', fred => 'feed',
    nora => '',       anna => 'viewer, operator auditor feed',
);

my $sheet = 'xslt_stylesheet %%DIR%%/echo.xsl; '
    . 'include %%ROOT%%/conf/backup_tasks_xslt.conf;';

my @sheet_params = qw(user roles csrf lang layout base logout_url brand_name
    brand_logo brand_style);

# new(...): configuration text added at a level: http, server, location, and
# nested (locations within /backup/); or standing in place of the usual one:
# auth, key, errors.  before => sub { my ($t) = @_; ... } makes files that the
# configuration names.  start => 0: nginx is not started.  wrapper: see
# BackupTasks.
sub new {
    my ($class, %o) = @_;
    my $self = $class->SUPER::new(conf => _conf(%o), wrapper => $o{wrapper});
    $o{before}->($self) if $o{before};
    my $dir = $self->dir;
    $self->write_file('htpasswd', join '', map {
        "$_:" . crypt($_, '$1$salt') . "\n" } sort keys %roles);
    $self->write_file('csrf.key', 'k' x 40 . "\n");
    chmod 0600, "$dir/csrf.key";
    $self->write_file('echo.xsl', _sheet());
    $self->{echo} = echo_start("$dir/worker.sock");
    $self->start('nginx') if $o{start} // 1;
    return $self;
}

sub _conf {
    my (%o) = @_;
    my $auth = $o{auth} // 'auth_basic "Backup Tasks"; auth_basic_user_file '
        . '%%DIR%%/htpasswd; backup_tasks_user $remote_user; '
        . 'backup_tasks_role $roles;';
    my $key = $o{key} // 'backup_tasks_csrf_key_file %%DIR%%/csrf.key;';
    my $errors = $o{errors} // 'error_page 400 401 403 404 405 413 414 416 '
        . '429 500 502 503 504 @backup_tasks_error;';
    my $map = join ' ', map { qq{$_ "$roles{$_}";} } sort keys %roles;
    my %level = map { $_ => $o{$_} // '' } qw(http server location nested);
    return <<"CONF";
%%MODULES%%
%%MAIN%%
worker_processes 1;
events {}
http {
    %%HTTP%%
    default_type application/octet-stream;
    map \$remote_user \$roles { $map default ""; }
    log_format who '\$backup_tasks_user|\$backup_tasks_view|\$status';
    access_log %%DIR%%/log/who.log who;
    $level{http}
    server {
        listen 127.0.0.1:%%PORT%%;
        absolute_redirect off;
        client_max_body_size 16k;
        $level{server}
        @{[ location('/backup/', "$auth $key $errors $level{location}",
            "location = /backup/health { auth_basic off; "
            . "fastcgi_pass unix:%%DIR%%/worker.sock; } $level{nested}") ]}
        location \@backup_tasks_error {
            backup_tasks_error;
            $sheet
        }
    }
}
CONF
}

# The pages at a path, with directives and nested locations.
sub location {
    my ($path, $directives, $nested) = @_;
    return "location $path { backup_tasks on; "
        . 'fastcgi_pass unix:%%DIR%%/worker.sock; '
        . "include %%ROOT%%/conf/backup_tasks_fastcgi.conf; $sheet\n"
        . "$directives\n" . ($nested // '') . "}\n";
}

# HTML that tells the string parameters, then the document's elements.
sub _sheet {
    my $declared = join '', map { qq{<xsl:param name="$_"/>} } @sheet_params;
    my $told = join '<xsl:text>|</xsl:text>',
        map { qq{<xsl:value-of select="\$$_"/>} } @sheet_params;
    return <<"SHEET";
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="html" encoding="UTF-8"/>
$declared
<xsl:template match="/"><html><body><p>[$told]</p><xsl:for-each
 select="//*"><i><xsl:value-of select="local-name()"/>=<xsl:value-of
 select="text()"/></i></xsl:for-each></body></html></xsl:template>
</xsl:stylesheet>
SHEET
}

sub write_file {
    my ($self, $name, $text) = @_;
    $self->_write($self->dir . "/$name", $text);
    return $self;
}

sub stop_echo {
    my ($self) = @_;
    echo_stop(delete $self->{echo}) if $self->{echo};
    unlink $self->dir . '/worker.sock';
    return $self;
}

sub stop {
    my ($self) = @_;
    $self->stop_echo;
    return $self->SUPER::stop;
}

# What went over the wire, of an answer of the echo.
sub params { my ($self, $answer) = @_; return echo_params($answer) }

# What the sheet got.
sub sheet_params {
    my ($self, $answer) = @_;
    my ($text) = $answer->{body} =~ m{<p>\[(.*?)\]</p>}s;
    my %value;
    @value{@sheet_params} = split /\|/, $text // '', -1;
    return \%value;
}

# The fields of an <error>, from either face.
sub error_fields {
    my ($self, $answer) = @_;
    my %field = $answer->{body} =~ m{<i>([a-z-]+)=(.*?)</i>}gs;
    return \%field if %field;
    return { $answer->{body} =~ m{<([a-z-]+)>([^<]*)</\1>}gs };
}

# Requests on one connection, given as head and perhaps body; the statuses of
# those that were answered.
sub statuses_on_one_connection {
    my ($self, @requests) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->port, Timeout => 5) or die "connect: $!";
    local $SIG{PIPE} = 'IGNORE';
    my @statuses;
    for my $request (@requests) {
        my ($head, $body) = ref $request ? @$request : ($request, '');
        syswrite $socket, "$head\r\nHost: 127.0.0.1\r\n\r\n$body" or last;
        my $status = _read_answer($socket) or last;
        push @statuses, $status;
    }
    close $socket;
    return @statuses;
}

sub _read_answer {
    my ($socket) = @_;
    my ($status, $length, $chunked) = (0, 0, 0);
    while (my $line = <$socket>) {
        $status  = $1 if $line =~ m{^HTTP/1\.1 (\d{3})};
        $length  = $1 if $line =~ /^Content-Length: (\d+)/i;
        $chunked = 1  if $line =~ /^Transfer-Encoding: chunked/i;
        last if $line =~ /^\r\n/;
    }
    while ($chunked && defined(my $line = <$socket>)) {
        my $size = hex $line =~ s/\s+//r;
        read $socket, my $bytes, $size + 2;
        last if $size == 0;
    }
    read $socket, my $bytes, $length if $length;
    return $status;
}

# Runs "nginx -t" on the configuration: (exit status, output).
sub check_conf {
    my ($self) = @_;
    my $dir = $self->dir;
    $self->write_file('nginx.conf', $self->_nginx_conf);
    local $ENV{LD_PRELOAD} = $ENV{SAN} ? BackupTasks::_libasan() : '';
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0:detect_odr_violation=0';
    return $self->run_program('/usr/sbin/nginx', '-t', '-q', '-p', "$dir/",
        '-e', "$dir/log/test.out", '-c', "$dir/nginx.conf");
}

1;
