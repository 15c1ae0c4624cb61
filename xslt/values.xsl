<!-- values.xsl: cells and values that several pages show alike. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <xsl:variable name="operator"
      select="contains(concat(' ', $roles, ' '), ' operator ')"/>
  <xsl:variable name="auditor"
      select="contains(concat(' ', $roles, ' '), ' auditor ')"/>

  <!-- 12345 as 12,345. -->
  <func:function name="f:count">
    <xsl:param name="number"/>
    <func:result select="format-number($number, '#,##0')"/>
  </func:function>

  <!-- Bytes (a number) in the largest unit that leaves a whole one. -->
  <func:function name="f:size">
    <xsl:param name="bytes"/>
    <xsl:choose>
      <xsl:when test="$bytes &gt;= 1099511627776">
        <func:result select="concat(
            f:figures($bytes div 1099511627776), ' TiB')"/>
      </xsl:when>
      <xsl:when test="$bytes &gt;= 1073741824">
        <func:result select="concat(f:figures($bytes div 1073741824), ' GiB')"/>
      </xsl:when>
      <xsl:when test="$bytes &gt;= 1048576">
        <func:result select="concat(f:figures($bytes div 1048576), ' MiB')"/>
      </xsl:when>
      <xsl:when test="$bytes &gt;= 1024">
        <func:result select="concat(f:figures($bytes div 1024), ' KiB')"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="concat(floor($bytes), ' B')"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- 1.4, 31, 214: one decimal below ten, by whole numbers, which cost less
       to write than fractions. -->
  <func:function name="f:figures">
    <xsl:param name="number"/>
    <xsl:choose>
      <xsl:when test="$number &gt;= 9.95">
        <func:result select="round($number)"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:variable name="tenths" select="round($number * 10)"/>
        <func:result select="concat(floor($tenths div 10), '.',
            $tenths mod 10)"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- At most so many characters, with an ellipsis where it was cut. -->
  <func:function name="f:short">
    <xsl:param name="text"/>
    <xsl:param name="most"/>
    <xsl:choose>
      <xsl:when test="string-length($text) &gt; $most">
        <func:result
            select="concat(substring($text, 1, $most - 1), '…')"/>
      </xsl:when>
      <xsl:otherwise><func:result select="string($text)"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- An element with a code, in words; its name is the group. As f:word,
       but without the cost of a function, for rows. -->
  <xsl:template match="*" mode="word">
    <xsl:variable name="code" select="string(.)"/>
    <xsl:variable name="key" select="concat(local-name(), '.', $code)"/>
    <xsl:for-each select="$messages">
      <xsl:variable name="m" select="key('message', $key)"/>
      <xsl:value-of select="$m"/>
      <xsl:if test="not($m)"><xsl:value-of select="$code"/></xsl:if>
    </xsl:for-each>
  </xsl:template>

  <!-- The words of nearly every row, looked up once. -->
  <xsl:template match="b:mode[. = 'FULL']" mode="word">
    <xsl:value-of select="$word-full"/>
  </xsl:template>

  <xsl:template match="b:mode[. = 'INCREMENTAL']" mode="word">
    <xsl:value-of select="$word-incremental"/>
  </xsl:template>

  <xsl:template match="b:method[. = 'PHYSICAL']" mode="word">
    <xsl:value-of select="$word-physical"/>
  </xsl:template>

  <xsl:variable name="word-full" select="f:t('mode.FULL')"/>
  <xsl:variable name="word-incremental" select="f:t('mode.INCREMENTAL')"/>
  <xsl:variable name="word-physical" select="f:t('method.PHYSICAL')"/>

  <!-- "214 GiB at 196 MiB/s" of a task; the rate once it has ended. -->
  <xsl:template name="size-rate">
    <xsl:variable name="bytes" select="number(b:size-bytes)"/>
    <xsl:variable name="seconds" select="number(b:duration-seconds)"/>
    <xsl:value-of select="f:size($bytes)"/>
    <xsl:if test="$seconds &gt; 0">
      <xsl:value-of select="concat($rate-before,
          f:size($bytes div $seconds), $rate-after)"/>
    </xsl:if>
  </xsl:template>

  <xsl:variable name="rate-before"
      select="substring-before(f:t('size.rate'), '{0}')"/>
  <xsl:variable name="rate-after"
      select="substring-after(f:t('size.rate'), '{0}')"/>

  <!-- The text of an element, marked where the worker had to repair it. -->
  <xsl:template match="*" mode="text">
    <xsl:value-of select="."/>
    <xsl:if test="@replaced">
      <xsl:call-template name="repaired"/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="repaired">
    <xsl:text> </xsl:text>
    <abbr class="tag" title="{f:t('text.repaired-why')}">
      <xsl:value-of select="f:t('text.repaired')"/>
    </abbr>
  </xsl:template>

  <!-- Marks a cluster whose state is simulated. -->
  <xsl:template name="sample">
    <xsl:text> </xsl:text>
    <abbr class="tag" title="{f:t('sample.why')}">
      <xsl:value-of select="f:t('sample')"/>
    </abbr>
  </xsl:template>

  <!-- Shown where a value is not known or does not apply. -->
  <xsl:template name="none">
    <span class="none" aria-hidden="true">–</span>
    <span class="vh"><xsl:value-of select="f:t('text.none')"/></span>
  </xsl:template>

  <!-- Cluster as a link to its Overview, the tenant small below. -->
  <xsl:template name="cluster">
    <xsl:for-each select="b:cluster">
      <a href="{$base}clusters/{@id}{$keep}">
        <xsl:value-of select="."/>
      </a>
      <xsl:if test="@replaced"><xsl:call-template name="repaired"/></xsl:if>
      <xsl:if test="@simulated"><xsl:call-template name="sample"/></xsl:if>
    </xsl:for-each>
    <xsl:if test="b:tenant">
      <small>
        <xsl:value-of select="$label-tenant"/>
        <xsl:text> </xsl:text>
        <xsl:apply-templates select="b:tenant" mode="text"/>
      </small>
    </xsl:if>
  </xsl:template>

  <!-- "pay-core-02" or "pay-core-02 / acct", both as text. -->
  <func:function name="f:who">
    <xsl:param name="record"/>
    <xsl:choose>
      <xsl:when test="$record/b:tenant">
        <func:result select="concat($record/b:cluster, ' / ',
            $record/b:tenant)"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="string($record/b:cluster)"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- A time and, small below it, how long ago that was. -->
  <xsl:template match="*" mode="time-ago">
    <xsl:apply-templates select="." mode="time"/>
    <small><xsl:value-of select="f:ago(.)"/></small>
  </xsl:template>

  <!-- Start and end of a task as two cells, the duration under the end. -->
  <xsl:template name="start-end">
    <td data-l="{$label-start}">
      <xsl:apply-templates select="b:start-time" mode="time-ago"/>
      <xsl:if test="not(b:start-time)"><xsl:call-template name="none"/></xsl:if>
    </td>
    <td data-l="{$label-end}">
      <xsl:apply-templates select="b:end-time" mode="time"/>
      <xsl:if test="not(b:end-time)"><xsl:call-template name="none"/></xsl:if>
      <xsl:choose>
        <xsl:when test="b:duration-seconds">
          <small>
            <xsl:value-of select="f:span(number(b:duration-seconds), 1)"/>
          </small>
        </xsl:when>
        <xsl:when test="b:start-time and not(b:end-time)
                        and f:running(b:status)">
          <small>
            <xsl:value-of
                select="f:t1('time.so-far', f:span(f:age(b:start-time), 0))"/>
          </small>
        </xsl:when>
      </xsl:choose>
    </td>
  </xsl:template>

  <!-- One name and value of a description list, when there is a value. -->
  <xsl:template name="field">
    <xsl:param name="label"/>
    <xsl:param name="value"/>
    <xsl:param name="class"/>
    <xsl:if test="string($value) != ''">
      <div>
        <xsl:if test="$class">
          <xsl:attribute name="class">
            <xsl:value-of select="$class"/>
          </xsl:attribute>
        </xsl:if>
        <dt><xsl:value-of select="$label"/></dt>
        <dd><xsl:copy-of select="$value"/></dd>
      </div>
    </xsl:if>
  </xsl:template>

  <!-- A time as one name and value. -->
  <xsl:template match="*" mode="time-field">
    <xsl:param name="label"/>
    <div>
      <dt><xsl:value-of select="$label"/></dt>
      <dd><xsl:apply-templates select="." mode="full-time"/></dd>
    </div>
  </xsl:template>

  <!-- A text as one name and value. -->
  <xsl:template match="*" mode="text-field">
    <xsl:param name="label"/>
    <div>
      <dt><xsl:value-of select="$label"/></dt>
      <dd><xsl:apply-templates select="." mode="text"/></dd>
    </div>
  </xsl:template>

  <!-- A code as one name and value. -->
  <xsl:template match="*" mode="word-field">
    <xsl:param name="label"/>
    <div>
      <dt><xsl:value-of select="$label"/></dt>
      <dd><xsl:apply-templates select="." mode="word"/></dd>
    </div>
  </xsl:template>

  <!-- A path or a statement, in a fixed face, to copy. -->
  <xsl:template match="*" mode="code-field">
    <xsl:param name="label"/>
    <div class="wide">
      <dt><xsl:value-of select="$label"/></dt>
      <dd>
        <code data-copy=""><xsl:value-of select="."/></code>
        <xsl:if test="@replaced"><xsl:call-template name="repaired"/></xsl:if>
      </dd>
    </div>
  </xsl:template>

  <!-- Labels that every row repeats, looked up once. -->
  <xsl:variable name="label-cluster" select="f:t('col.cluster')"/>
  <xsl:variable name="label-tenant" select="f:t('label.tenant')"/>
  <xsl:variable name="label-mode" select="f:t('col.mode')"/>
  <xsl:variable name="label-set" select="f:t('col.backup-set')"/>
  <xsl:variable name="label-source" select="f:t('col.source')"/>
  <xsl:variable name="label-start" select="f:t('col.start-time')"/>
  <xsl:variable name="label-end" select="f:t('col.end-time')"/>
  <xsl:variable name="label-status" select="f:t('col.status')"/>
  <xsl:variable name="label-second" select="f:t('col.second')"/>
  <xsl:variable name="label-actions" select="f:t('col.actions')"/>
  <xsl:variable name="label-method" select="f:t('col.method')"/>
  <xsl:variable name="label-version" select="f:t('label.data-version')"/>
  <xsl:variable name="label-directory" select="f:t('col.directory')"/>
  <xsl:variable name="label-size" select="f:t('label.size')"/>
  <xsl:variable name="label-set-state" select="f:t('label.set-state')"/>
  <xsl:variable name="label-raw" select="f:t('label.raw-status')"/>
  <xsl:variable name="label-restorable" select="f:t('label.restorable')"/>
  <xsl:variable name="label-host" select="f:t('col.host')"/>
  <xsl:variable name="label-latest" select="f:t('col.latest')"/>
  <xsl:variable name="label-latency" select="f:t('col.latency')"/>

</xsl:stylesheet>
