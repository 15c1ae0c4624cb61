# Worker.pm: asks the worker over FastCGI, without nginx in between.
#
#   my $worker = BackupTasks::Worker->new($t);         # a started harness
#   my $answer = $worker->ask('data', 'range=7d', user => 'li.wei');
#   $answer->{status}, {headers}, {body}; {ended} is false when the worker broke off

package BackupTasks::Worker;

use strict;
use warnings;

use IO::Socket::UNIX;

use BackupTasks::Xml qw(xml_parse);

sub new {
    my ($class, $t) = @_;
    return bless { socket => $t->dir . '/worker.sock', t => $t }, $class;
}

my %default = (
    METHOD => 'GET', KIND => '', FORMAT => 'xml', ACTION => '', ID => '',
    FROM => '', TO => '', TZ => 'UTC', RANGE_MAX => 400 * 86400,
    USER => 'li.wei', ROLES => 'viewer operator', SCOPE => '*',
    CSRF => 'c0ffee00 c0ffee01', CLIENT => '127.0.0.1', BASE => '/backup/',
    REQUEST_ID => '0123456789abcdef0123456789abcdef');

# Options are BT_ parameters in lower case (kind, id, format, user, roles, scope,
# ...); undef leaves one out; body => TEXT makes a POST; type => its type.
sub ask {
    my ($self, $view, $query, %o) = @_;
    my $body = delete $o{body};
    my $type = delete $o{type} // 'application/x-www-form-urlencoded';
    my $length = delete $o{length} // length($body // '');
    my %p = (%default, map { uc $_ => $o{$_} } keys %o);
    $p{METHOD} = 'POST' if defined $body;
    my %params = ('REQUEST_METHOD' => $p{METHOD}, BT_VIEW => $view,
        BT_QUERY => $query // '', map { ("BT_$_" => $p{$_}) } keys %p);
    @params{qw(CONTENT_TYPE CONTENT_LENGTH)} = ($type, $length)
        if defined $body;
    delete $params{$_} for grep { !defined $params{$_} } keys %params;
    return $self->_exchange(\%params, $body // '');
}

# A single record: ask_one('data-task', 'data', 7).
sub ask_one {
    my ($self, $view, $kind, $id, %o) = @_;
    return $self->ask($view, delete $o{query} // '', kind => $kind, id => $id,
        %o);
}

# The answer's root element; dies when it is not XML.
sub root {
    my ($self, @request) = @_;
    return xml_parse($self->ask(@request)->{body});
}

# Posts a form: post('log', 9, 'stop', { csrf => ... }); query => 'lang=zh'.
sub post {
    my ($self, $kind, $id, $action, $fields, %o) = @_;
    my $body = ref $fields ? join('&', map { "$_=" . _encode($fields->{$_}) }
        sort keys %$fields) : $fields;
    return $self->ask('action', delete $o{query} // '', kind => $kind,
        id => $id, action => $action, format => 'html', body => $body, %o);
}

sub _encode {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9._-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

sub _record {
    my ($type, $data) = @_;
    return pack('CCnnCC', 1, $type, 1, length $data, 0, 0) . $data;
}

sub _size {
    my ($n) = @_;
    return $n < 128 ? chr $n : pack 'N', $n | 0x80000000;
}

sub _exchange {
    my ($self, $params, $body) = @_;
    my $socket = IO::Socket::UNIX->new(Peer => $self->{socket})
        or die "$self->{socket}: $!";
    my $pairs = join '', map {
        _size(length $_) . _size(length $params->{$_}) . $_ . $params->{$_}
    } sort keys %$params;
    print {$socket} _record(1, pack 'nCx5', 1, 0),
        (map { _record(4, $_) } unpack('(a60000)*', $pairs), ''),
        (map { _record(5, $_) } unpack('(a60000)*', $body), '');
    $socket->flush;
    my ($out, $ended) = ('', 0);
    while (!$ended && defined(my $head = _read($socket, 8))) {
        my (undef, $type, undef, $length, $padding) = unpack 'CCnnC', $head;
        my $data = _read($socket, $length + $padding);
        last if !defined $data;
        $out .= substr $data, 0, $length if $type == 6;
        $ended = 1 if $type == 3;
    }
    return $self->{t}->_keep(_answer($out, $ended));
}

sub _read {
    my ($socket, $length) = @_;
    my $data = '';
    while (length $data < $length) {
        my $n = sysread $socket, $data, $length - length $data, length $data;
        return undef if !$n;
    }
    return $data;
}

sub _answer {
    my ($out, $ended) = @_;
    my ($head, $body) = split /\r\n\r\n/, $out, 2;
    my %headers = map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () }
        split /\r\n/, $head // '';
    my ($status) = ($headers{status} // '') =~ /^(\d+)/;
    return { status => $status, headers => \%headers, body => $body // '',
        ended => $ended };
}

1;
