<!-- details.xsl: one data task, cleanup task or second backup in full. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <!-- Where the page belongs: the list, then what follows. -->
  <xsl:template name="crumbs">
    <xsl:param name="list"/>
    <nav class="crumbs" aria-label="{f:t('nav.crumbs')}">
      <xsl:if test="$list = 'data' or $list = 'log' or $list = 'cleanup'">
        <a href="{$base}data{$keep}"><xsl:value-of select="f:t('nav.data')"/></a>
        <span aria-hidden="true"> › </span>
        <a href="{$base}{$list}{$keep}">
          <xsl:value-of select="f:t(concat('tab.', $list))"/>
        </a>
      </xsl:if>
      <xsl:if test="$list = 'second' or $list = 'clusters'
                    or $list = 'commands'">
        <a href="{$base}{$list}{$keep}">
          <xsl:value-of select="f:t(concat('nav.', $list))"/>
        </a>
      </xsl:if>
      <xsl:if test="$view = 'data-cause' or $view = 'data-second'">
        <span aria-hidden="true"> › </span>
        <a href="{$base}data/{f:task-id()}{$keep}">
          <xsl:value-of select="f:t1('task.title', f:task-id())"/>
        </a>
      </xsl:if>
      <xsl:for-each select="/b:action-form/b:target/*">
        <span aria-hidden="true"> › </span>
        <a href="{$base}{$list}/{b:id}{$keep}">
          <xsl:apply-templates select="." mode="title"/>
        </a>
      </xsl:for-each>
    </nav>
  </xsl:template>

  <!-- The number in data/ID/…. -->
  <func:function name="f:task-id">
    <func:result select="substring-before(substring-after($path,
        concat($base, 'data/')), '/')"/>
  </func:function>

  <xsl:template match="b:task" mode="title">
    <xsl:value-of select="f:t1('task.title', b:id)"/>
  </xsl:template>

  <xsl:template match="b:cleanup-task" mode="title">
    <xsl:value-of select="f:t1('cleanup.title', b:id)"/>
  </xsl:template>

  <xsl:template match="b:second-backup" mode="title">
    <xsl:value-of select="f:t1('second.title', b:id)"/>
  </xsl:template>

  <xsl:template match="b:task" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="'data'"/>
    </xsl:call-template>
    <xsl:call-template name="record-head">
      <xsl:with-param name="kind" select="'data'"/>
    </xsl:call-template>
    <xsl:call-template name="record-acts">
      <xsl:with-param name="kind" select="'data'"/>
    </xsl:call-template>
    <xsl:apply-templates select="b:cause" mode="section">
      <xsl:with-param name="href"
          select="concat($base, 'data/', b:id, '/cause', $keep)"/>
    </xsl:apply-templates>
    <dl class="facts">
      <xsl:call-template name="cluster-field"/>
      <xsl:call-template name="task-facts"/>
      <xsl:call-template name="start-end-fields"/>
      <xsl:call-template name="task-set-facts"/>
      <xsl:call-template name="state-fields"/>
    </dl>
    <xsl:call-template name="task-tenants"/>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <xsl:template match="b:cleanup-task" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="'cleanup'"/>
    </xsl:call-template>
    <xsl:call-template name="record-head">
      <xsl:with-param name="kind" select="'cleanup'"/>
    </xsl:call-template>
    <xsl:call-template name="record-acts">
      <xsl:with-param name="kind" select="'cleanup'"/>
    </xsl:call-template>
    <xsl:apply-templates select="b:cause" mode="section"/>
    <dl class="facts">
      <xsl:call-template name="cluster-field"/>
      <xsl:apply-templates select="b:type" mode="text-field">
        <xsl:with-param name="label" select="f:t('label.type')"/>
      </xsl:apply-templates>
      <xsl:call-template name="start-end-fields"/>
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('label.items')"/>
        <xsl:with-param name="value">
          <xsl:if test="b:items-total">
            <xsl:value-of select="f:t2('cleanup.items',
                f:count(number(concat('0', b:items-done))),
                f:count(b:items-total))"/>
          </xsl:if>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="state-fields"/>
    </dl>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <xsl:template match="b:second-backup" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="'second'"/>
    </xsl:call-template>
    <xsl:call-template name="record-head">
      <xsl:with-param name="kind" select="'second'"/>
    </xsl:call-template>
    <xsl:call-template name="record-acts">
      <xsl:with-param name="kind" select="'second'"/>
    </xsl:call-template>
    <xsl:apply-templates select="b:cause" mode="section"/>
    <dl class="facts">
      <xsl:call-template name="cluster-field"/>
      <xsl:apply-templates select="b:kind" mode="word-field">
        <xsl:with-param name="label" select="f:t('col.kind')"/>
      </xsl:apply-templates>
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('col.first')"/>
        <xsl:with-param name="value">
          <xsl:call-template name="first-link"/>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:if test="b:backup-set-id">
        <xsl:call-template name="field">
          <xsl:with-param name="label" select="$label-set"/>
          <xsl:with-param name="value">
            <xsl:call-template name="set-link"/>
          </xsl:with-param>
        </xsl:call-template>
      </xsl:if>
      <xsl:call-template name="start-end-fields"/>
      <xsl:apply-templates select="b:latest-backup-time" mode="time-field">
        <xsl:with-param name="label" select="$label-latest"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:storage-directory" mode="code-field">
        <xsl:with-param name="label" select="$label-directory"/>
      </xsl:apply-templates>
      <xsl:call-template name="state-fields"/>
    </dl>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <!-- Title, state, and what must be said at once. -->
  <xsl:template name="record-head">
    <xsl:param name="kind"/>
    <xsl:variable name="tone" select="f:record-tone($kind, .)"/>
    <div class="head">
      <h1><xsl:apply-templates select="." mode="title"/></h1>
      <xsl:call-template name="status">
        <xsl:with-param name="kind" select="$kind"/>
        <xsl:with-param name="tone" select="$tone"/>
      </xsl:call-template>
      <xsl:if test="b:progress-percent and f:running(b:status)">
        <xsl:call-template name="progress"/>
      </xsl:if>
      <xsl:call-template name="refresh-line"/>
    </div>
    <xsl:if test="b:stale or b:acknowledged">
      <div class="verdict warn">
        <xsl:for-each select="b:stale">
          <p><xsl:apply-templates select="." mode="stale-sentence"/></p>
        </xsl:for-each>
        <xsl:for-each select="b:acknowledged">
          <p>
            <xsl:value-of select="concat(f:t1('note.acknowledged', @by), ', ',
                f:ago(@at), f:t('full-stop'))"/>
            <xsl:if test=". != ''">
              <xsl:text> </xsl:text><q><xsl:value-of select="."/></q>
            </xsl:if>
          </p>
        </xsl:for-each>
      </div>
    </xsl:if>
  </xsl:template>

  <!-- The acts that the state allows, and the command that is under way. -->
  <xsl:template name="record-acts">
    <xsl:param name="kind"/>
    <xsl:variable name="bad" select="f:record-tone($kind, .) = 'bad'"/>
    <xsl:if test="b:command or $operator and (b:actions/* or $bad)">
      <div class="acts">
        <xsl:if test="$operator and not(b:command[@state = 'REQUESTED'
                      or @state = 'RUNNING'])">
          <xsl:for-each select="b:actions/*">
            <a class="button"
                href="{$base}{$kind}/{../../b:id}/{local-name()}{$keep}">
              <xsl:value-of select="f:word('action', local-name())"/>
            </a>
            <xsl:text> </xsl:text>
          </xsl:for-each>
          <xsl:if test="$bad">
            <a class="button" href="{$base}{$kind}/{b:id}/acknowledge{$keep}">
              <xsl:value-of select="f:t('action.acknowledge')"/>
            </a>
          </xsl:if>
        </xsl:if>
        <xsl:for-each select="b:command">
          <p>
            <a href="{$base}commands/{@id}{$keep}">
              <xsl:value-of select="f:command-words(.)"/>
            </a>
            <xsl:value-of select="concat(' · ', f:ago(f:command-since(.)))"/>
          </p>
          <xsl:apply-templates select="b:progress" mode="note"/>
        </xsl:for-each>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template match="b:stale" mode="stale-sentence">
    <xsl:value-of select="f:t1('stale.sentence', f:span(f:age(@since), 0))"/>
    <xsl:if test="@reason">
      <xsl:text> </xsl:text>
      <code><xsl:value-of select="@reason"/></code>
    </xsl:if>
  </xsl:template>

  <xsl:template name="cluster-field">
    <xsl:call-template name="field">
      <xsl:with-param name="label" select="$label-cluster"/>
      <xsl:with-param name="value">
        <xsl:for-each select="b:cluster">
          <a href="{$base}clusters/{@id}{$keep}"><xsl:value-of select="."/></a>
          <xsl:if test="@replaced"><xsl:call-template name="repaired"/></xsl:if>
          <xsl:if test="@simulated"><xsl:call-template name="sample"/></xsl:if>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:apply-templates select="b:tenant" mode="text-field">
      <xsl:with-param name="label" select="f:t('col.tenant')"/>
    </xsl:apply-templates>
  </xsl:template>

  <xsl:template name="task-facts">
    <xsl:apply-templates select="b:mode" mode="word-field">
      <xsl:with-param name="label" select="$label-mode"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:method" mode="word-field">
      <xsl:with-param name="label" select="$label-method"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:source" mode="text-field">
      <xsl:with-param name="label" select="$label-source"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:source-id" mode="text-field">
      <xsl:with-param name="label" select="f:t('label.source-id')"/>
    </xsl:apply-templates>
  </xsl:template>

  <xsl:template name="start-end-fields">
    <xsl:apply-templates select="b:start-time" mode="time-field">
      <xsl:with-param name="label" select="$label-start"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:end-time" mode="time-field">
      <xsl:with-param name="label" select="$label-end"/>
    </xsl:apply-templates>
    <xsl:if test="b:duration-seconds">
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('label.duration')"/>
        <xsl:with-param name="value" select="f:span(b:duration-seconds, 1)"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="task-set-facts">
    <xsl:if test="b:backup-set-id">
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="$label-set"/>
        <xsl:with-param name="value">
          <xsl:call-template name="set-link"/>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:if>
    <xsl:apply-templates select="b:set-state" mode="word-field">
      <xsl:with-param name="label" select="$label-set-state"/>
    </xsl:apply-templates>
    <xsl:if test="b:size-bytes">
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="$label-size"/>
        <xsl:with-param name="value">
          <xsl:call-template name="size-rate"/>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:if>
    <xsl:apply-templates select="b:data-version[. != -1]" mode="text-field">
      <xsl:with-param name="label" select="$label-version"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:storage-directory" mode="code-field">
      <xsl:with-param name="label" select="$label-directory"/>
    </xsl:apply-templates>
    <xsl:call-template name="restorable-fields"/>
    <xsl:call-template name="field">
      <xsl:with-param name="label" select="$label-second"/>
      <xsl:with-param name="value">
        <xsl:choose>
          <xsl:when test="b:second-backups &gt; 0">
            <a href="{$base}data/{b:id}/second{$keep}">
              <xsl:value-of select="f:t1(f:form('second.count',
                  b:second-backups), f:count(b:second-backups))"/>
            </a>
          </xsl:when>
          <xsl:otherwise><xsl:value-of select="f:t('no')"/></xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="restorable-fields">
    <xsl:apply-templates select="b:restorable-from" mode="time-field">
      <xsl:with-param name="label" select="f:t('label.restorable-from')"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:restorable-to" mode="time-field">
      <xsl:with-param name="label" select="f:t('label.restorable-to')"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- The cluster's own word for the state, since when, last change. -->
  <xsl:template name="state-fields">
    <xsl:apply-templates select="b:raw-status" mode="text-field">
      <xsl:with-param name="label" select="$label-raw"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:status-since" mode="time-field">
      <xsl:with-param name="label" select="f:t('label.status-since')"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:updated" mode="time-field">
      <xsl:with-param name="label" select="f:t('label.updated')"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- The tenants that one task of an older cluster covers. -->
  <xsl:template name="task-tenants">
    <xsl:if test="b:tenants/b:tenant">
      <h2 id="tenants"><xsl:value-of select="f:t('col.tenants')"/></h2>
      <div class="scroll">
        <table class="list tenants">
          <caption class="vh"><xsl:value-of select="f:t('col.tenants')"/></caption>
          <thead>
            <tr>
              <xsl:call-template name="heads">
                <xsl:with-param name="keys" select="'col.tenant col.start-time
                    col.end-time col.status label.raw-status label.size'"/>
                <xsl:with-param name="sorted" select="''"/>
              </xsl:call-template>
            </tr>
          </thead>
          <tbody>
            <xsl:apply-templates select="b:tenants/b:tenant" mode="task-row"/>
          </tbody>
        </table>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template match="b:tenant" mode="task-row">
    <tr>
      <th scope="row"><xsl:apply-templates select="b:name" mode="text"/></th>
      <td data-l="{$label-start}">
        <xsl:apply-templates select="b:start-time" mode="time"/>
        <xsl:if test="not(b:start-time)">
          <xsl:call-template name="none"/>
        </xsl:if>
      </td>
      <td data-l="{$label-end}">
        <xsl:apply-templates select="b:end-time" mode="time"/>
        <xsl:if test="not(b:end-time)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td class="s" data-l="{$label-status}">
        <xsl:call-template name="status">
          <xsl:with-param name="kind" select="'data'"/>
        </xsl:call-template>
        <xsl:if test="b:progress-percent and f:running(b:status)">
          <xsl:call-template name="progress"/>
        </xsl:if>
      </td>
      <td data-l="{$label-raw}">
        <xsl:apply-templates select="b:raw-status" mode="text"/>
      </td>
      <td data-l="{$label-size}">
        <xsl:if test="b:size-bytes">
          <xsl:value-of select="f:size(number(b:size-bytes))"/>
        </xsl:if>
      </td>
    </tr>
  </xsl:template>

</xsl:stylesheet>
