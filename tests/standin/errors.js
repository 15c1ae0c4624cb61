// errors.js: what OceanBase answers when it refuses: its own code, and the code and SQLSTATE that reach a client.
'use strict';

// Codes without a MySQL code of their own reach the client as the positive
// OceanBase code.
const KINDS = {
  SYNTAX: [1064, '42000', 'You have an error in your SQL syntax; check the '
    + 'manual that corresponds to your OceanBase version for the right syntax '
    + "to use near '%' at line 1"],
  NOT_SUPPORTED: [1235, '0A000', '% not supported'],
  NO_PRIVILEGE: [1227, '42501', 'Access denied; you need (at least one of) the '
    + '% privilege(s) for this operation'],
  SELECT_DENIED: [1142, '42000', 'SELECT command denied to user'],
  ACCESS_DENIED: [1045, '42000', "Access denied for user '%'"],
  UNKNOWN_VARIABLE: [1193, 'HY000', "Unknown system variable '%'"],
  NO_TENANT: [5160, 'HY000', 'Tenant not exist'],
  NOT_ALLOWED: [4179, 'HY000', '%'],
  IN_STOP_STATE: [4114, '08S01', 'In STOP state'],
  INVALID_ARGUMENT: [1210, 'HY000', 'Incorrect arguments to %'],
  CANNOT_START_ARCHIVE: [9023, 'HY000', 'cannot start log archive backup'],
  ALREADY_STOPPED_ARCHIVE: [9024, 'HY000', 'log archive backup is already '
    + 'stopped'],
  INVALID_DESTINATION: [9026, 'HY000', 'backup destination is not valid'],
  BACKUP_IN_PROGRESS: [9036, 'HY000', 'backup is in progress'],
  BACKUP_CANNOT_START: [9040, 'HY000', 'backup can not start, because %'],
  CANCEL_NOT_ALLOWED: [9041, 'HY000', 'cancel backup is not allowed'],
  SECOND_CANNOT_START: [9050, 'HY000', 'backup backup can not start, because '
    + '%'],
  CANCEL_DELETE_NOT_ALLOWED: [9053, 'HY000', 'cancel delete backup is not '
    + 'allowed'],
  SECOND_MAX_TIMES: [9059, 'HY000', 'backup backup reach max backup times'],
  DESTINATION_UNREACHABLE: [9070, 'HY000', 'backup destination can not be '
    + 'connected'],
  ALREADY_ARCHIVELOG: [9091, 'HY000', 'Already in ARCHIVELOG mode'],
  ALREADY_NOARCHIVELOG: [9092, 'HY000', 'Already in NOARCHIVELOG mode'],
};

class Refusal extends Error {
  constructor(kind, detail = '') {
    const [code, state, text] = KINDS[kind];
    super(text.replace('%', () => detail));
    this.kind = kind;
    this.code = code;
    this.state = state;
  }
}

module.exports = { Refusal };
