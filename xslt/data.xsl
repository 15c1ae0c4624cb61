<!-- data.xsl: the first tab, data backup tasks. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="b:data-backup-tasks" mode="title">
    <xsl:value-of select="f:t('tab.data')"/>
  </xsl:template>

  <xsl:template match="b:data-backup-tasks" mode="main">
    <xsl:call-template name="backup-head"/>
    <xsl:call-template name="filter">
      <xsl:with-param name="kind" select="'data'"/>
      <xsl:with-param name="fields" select="'cluster tenant mode'"/>
    </xsl:call-template>
    <xsl:call-template name="running-earlier"/>
    <xsl:choose>
      <xsl:when test="b:tasks/b:task">
        <xsl:call-template name="data-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'data'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot"/>
  </xsl:template>

  <xsl:template name="data-table">
    <div class="scroll">
      <table class="list data">
        <caption class="vh"><xsl:value-of select="f:t('tab.data')"/></caption>
        <colgroup>
          <col class="w-id"/><col/><col class="w-mode"/><col class="w-set"/>
          <col class="w-source"/><col class="w-time"/><col class="w-time"/>
          <col class="w-status"/><col class="w-second"/>
          <col class="w-actions"/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.id col.cluster col.mode
                  col.backup-set col.source col.start-time col.end-time
                  col.status col.second col.actions'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <xsl:apply-templates select="b:tasks/b:task" mode="row"/>
      </table>
    </div>
  </xsl:template>

  <!-- A task is a body of two rows; the second shows while the + is open. -->
  <xsl:template match="b:task" mode="row">
    <tbody>
      <xsl:if test="b:status = 'FAILED' and f:record-tone('data', .) = 'bad'">
        <xsl:attribute name="class">bad</xsl:attribute>
      </xsl:if>
      <tr><xsl:call-template name="data-cells"/></tr>
      <tr class="more">
        <td colspan="10"><dl><xsl:call-template name="data-more"/></dl></td>
      </tr>
    </tbody>
  </xsl:template>

  <xsl:template name="data-cells">
    <th scope="row" class="id">
      <a href="{$base}data/{b:id}{$keep}"><xsl:value-of select="b:id"/></a>
      <details id="d{b:id}">
        <summary>
          <span class="vh">
            <xsl:value-of select="concat($label-more, ' ', b:id)"/>
          </span>
        </summary>
      </details>
    </th>
    <td class="c"><xsl:call-template name="cluster"/></td>
    <td>
      <xsl:apply-templates select="b:mode" mode="word"/>
      <xsl:if test="not(b:mode)"><xsl:call-template name="none"/></xsl:if>
    </td>
    <td class="num inline" data-l="{$label-set}">
      <xsl:value-of select="b:backup-set-id"/>
      <xsl:if test="not(b:backup-set-id)">
        <xsl:call-template name="none"/>
      </xsl:if>
    </td>
    <td class="last">
      <xsl:apply-templates select="b:source" mode="text"/>
      <xsl:if test="not(b:source)"><xsl:call-template name="none"/></xsl:if>
    </td>
    <xsl:call-template name="start-end"/>
    <td class="s">
      <xsl:choose>
        <xsl:when test="b:status = 'COMPLETED' and b:end-time">
          <span class="st ok"><xsl:value-of select="$word-completed"/></span>
        </xsl:when>
        <xsl:otherwise>
          <xsl:call-template name="state">
            <xsl:with-param name="kind" select="'data'"/>
            <xsl:with-param name="cause-href"
                select="concat($base, 'data/', b:id, '/cause', $keep)"/>
          </xsl:call-template>
        </xsl:otherwise>
      </xsl:choose>
    </td>
    <td class="last inline" data-l="{$label-second}">
      <xsl:choose>
        <xsl:when test="b:second-backups &gt; 0">
          <a href="{$base}data/{b:id}/second{$keep}">
            <xsl:value-of select="$label-yes"/>
          </a>
        </xsl:when>
        <xsl:otherwise>
          <span class="none"><xsl:value-of select="$label-no"/></span>
        </xsl:otherwise>
      </xsl:choose>
    </td>
    <td class="a">
      <xsl:if test="b:status = 'FAILED'">
        <a href="{$base}data/{b:id}/cause{$keep}">
          <xsl:value-of select="$label-view-cause"/>
        </a>
      </xsl:if>
      <xsl:call-template name="row-cancel">
        <xsl:with-param name="kind" select="'data'"/>
      </xsl:call-template>
    </td>
  </xsl:template>

  <!-- Method, data version and directory, then what a reader asks next. -->
  <xsl:template name="data-more">
    <xsl:if test="b:method">
      <div>
        <dt><xsl:value-of select="$label-method"/></dt>
        <dd><xsl:apply-templates select="b:method" mode="word"/></dd>
      </div>
    </xsl:if>
    <!-- 4.x has no data version and says -1. -->
    <xsl:if test="b:data-version != -1">
      <div>
        <dt><xsl:value-of select="$label-version"/></dt>
        <dd><xsl:value-of select="b:data-version"/></dd>
      </div>
    </xsl:if>
    <xsl:apply-templates select="b:storage-directory" mode="code-field">
      <xsl:with-param name="label" select="$label-directory"/>
    </xsl:apply-templates>
    <xsl:if test="b:size-bytes">
      <div>
        <dt><xsl:value-of select="$label-size"/></dt>
        <dd><xsl:call-template name="size-rate"/></dd>
      </div>
    </xsl:if>
    <xsl:if test="b:set-state">
      <div>
        <dt><xsl:value-of select="$label-set-state"/></dt>
        <dd><xsl:apply-templates select="b:set-state" mode="word"/></dd>
      </div>
    </xsl:if>
    <xsl:if test="b:stale">
      <div>
        <dt><xsl:value-of select="f:t('label.contact')"/></dt>
        <dd class="warn"><xsl:value-of select="f:stale(b:stale, 200)"/></dd>
      </div>
    </xsl:if>
    <xsl:if test="b:raw-status != b:status">
      <div>
        <dt><xsl:value-of select="$label-raw"/></dt>
        <dd><xsl:apply-templates select="b:raw-status" mode="text"/></dd>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:variable name="word-completed" select="f:t('status.COMPLETED')"/>
  <xsl:variable name="label-more" select="f:t('data.more')"/>
  <xsl:variable name="label-yes" select="f:t('yes')"/>
  <xsl:variable name="label-no" select="f:t('no')"/>
  <xsl:variable name="label-view-cause" select="f:t('action.cause')"/>

</xsl:stylesheet>
