<!-- commands.xsl: requested acts and what became of them, as a list and one by one. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="b:commands" mode="title">
    <xsl:value-of select="f:t('nav.commands')"/>
  </xsl:template>

  <xsl:template match="b:commands" mode="main">
    <xsl:call-template name="plain-head"/>
    <xsl:call-template name="filter">
      <xsl:with-param name="kind" select="'commands'"/>
      <xsl:with-param name="fields" select="'cluster tenant action user'"/>
    </xsl:call-template>
    <xsl:choose>
      <xsl:when test="b:items/b:command">
        <xsl:call-template name="commands-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'commands'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot"/>
  </xsl:template>

  <xsl:template name="commands-table">
    <div class="scroll">
      <table class="list commands">
        <caption class="vh"><xsl:value-of select="f:t('nav.commands')"/></caption>
        <colgroup>
          <col class="w-id"/><col class="w-action"/><col class="w-cluster"/>
          <col class="w-user"/><col class="w-time"/><col class="w-time"/>
          <col class="w-status"/><col/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.id col.action
                  col.cluster col.by col.requested col.ended col.state
                  col.result'"/>
              <xsl:with-param name="sorted" select="'col.requested'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:items/b:command" mode="row"/>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:command" mode="row">
    <tr id="m{b:id}">
      <th scope="row" class="id">
        <a href="{$base}commands/{b:id}{$keep}"><xsl:value-of select="b:id"/></a>
      </th>
      <td data-l="{f:t('col.action')}">
        <a href="{$base}{b:kind}/{b:target}{$keep}">
          <xsl:value-of select="f:word('action', b:action)"/>
          <small>
            <xsl:value-of select="f:word('target', b:kind)"/>
            <xsl:if test="b:mode">
              <xsl:text>, </xsl:text>
              <xsl:apply-templates select="b:mode" mode="word"/>
            </xsl:if>
          </small>
        </a>
      </td>
      <td class="c" data-l="{$label-cluster}">
        <xsl:call-template name="cluster"/>
      </td>
      <td data-l="{f:t('col.by')}">
        <xsl:apply-templates select="b:requested-by" mode="text"/>
      </td>
      <td data-l="{f:t('col.requested')}">
        <xsl:apply-templates select="b:requested-at" mode="time-ago"/>
      </td>
      <td data-l="{f:t('col.ended')}">
        <xsl:apply-templates select="b:ended-at" mode="time-ago"/>
        <xsl:if test="not(b:ended-at)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td class="s" data-l="{f:t('col.state')}">
        <xsl:call-template name="status">
          <xsl:with-param name="kind" select="'commands'"/>
          <xsl:with-param name="code" select="b:state"/>
        </xsl:call-template>
        <xsl:if test="$operator and b:state = 'REQUESTED'">
          <small class="note">
            <a href="{$base}commands/{b:id}/cancel{$keep}">
              <xsl:value-of select="f:t('action.cancel')"/>
              <span class="vh">
                <xsl:value-of select="concat(' ', f:who(.))"/>
              </span>
            </a>
          </small>
        </xsl:if>
        <xsl:apply-templates select="b:progress" mode="note"/>
      </td>
      <td data-l="{f:t('col.result')}">
        <xsl:value-of select="f:short(b:result, 160)"/>
        <xsl:if test="not(b:result)"><xsl:call-template name="none"/></xsl:if>
      </td>
    </tr>
  </xsl:template>

  <!-- One command. -->
  <xsl:template match="b:command" mode="title">
    <xsl:value-of select="f:t2('command.title', f:word('action', b:action),
        f:who(.))"/>
  </xsl:template>

  <xsl:template match="b:command" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="'commands'"/>
    </xsl:call-template>
    <div class="head">
      <h1><xsl:apply-templates select="." mode="title"/></h1>
      <xsl:call-template name="status">
        <xsl:with-param name="kind" select="'commands'"/>
        <xsl:with-param name="code" select="b:state"/>
      </xsl:call-template>
      <xsl:call-template name="refresh-line"/>
    </div>
    <p class="lead"><xsl:call-template name="command-words"/></p>
    <xsl:for-each select="b:progress">
      <div class="verdict warn">
        <p>
          <span lang="en"><xsl:value-of select="."/></span>
          <xsl:value-of select="concat(' ', f:t1('command.progress-at',
              f:ago(@at)))"/>
        </p>
      </div>
    </xsl:for-each>
    <xsl:if test="$operator and b:state = 'REQUESTED'">
      <p class="acts">
        <a class="button" href="{$base}commands/{b:id}/cancel{$keep}">
          <xsl:value-of select="f:t('action.cancel')"/>
        </a>
      </p>
    </xsl:if>
    <dl class="facts">
      <xsl:call-template name="cluster-field"/>
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('label.target')"/>
        <xsl:with-param name="value">
          <a href="{$base}{b:kind}/{b:target}{$keep}">
            <xsl:value-of select="concat(f:word('target', b:kind), ' ',
                b:target)"/>
          </a>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('label.expected')"/>
        <xsl:with-param name="value"
            select="f:status(string(b:kind), b:expected-state)"/>
      </xsl:call-template>
      <xsl:call-template name="command-request"/>
      <xsl:apply-templates select="b:started-at" mode="time-field">
        <xsl:with-param name="label" select="f:t('label.carried-out')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:ended-at" mode="time-field">
        <xsl:with-param name="label" select="f:t('col.ended')"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:canceled-by" mode="text-field">
        <xsl:with-param name="label" select="f:t('label.canceled-by')"/>
      </xsl:apply-templates>
    </dl>
    <xsl:for-each select="b:result">
      <h2><xsl:value-of select="f:t('col.result')"/></h2>
      <pre data-copy=""><xsl:value-of select="."/></pre>
    </xsl:for-each>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <!-- Who requested what, and until when it may be done; also in the form
       that cancels it. -->
  <xsl:template name="command-request">
    <xsl:call-template name="field">
      <xsl:with-param name="label" select="f:t('col.action')"/>
      <xsl:with-param name="value" select="f:word('action', b:action)"/>
    </xsl:call-template>
    <xsl:apply-templates select="b:mode" mode="word-field">
      <xsl:with-param name="label" select="$label-mode"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:requested-by" mode="text-field">
      <xsl:with-param name="label" select="f:t('col.by')"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:requested-at" mode="time-field">
      <xsl:with-param name="label" select="f:t('col.requested')"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:deadline" mode="time-field">
      <xsl:with-param name="label" select="f:t('label.deadline')"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- What the state means, and what to do. -->
  <xsl:template name="command-words">
    <xsl:choose>
      <xsl:when test="b:state = 'REQUESTED' or b:state = 'RUNNING'">
        <xsl:value-of select="f:t1(concat('command.lead.', b:state),
            f:ago(b:deadline))"/>
        <xsl:text> </xsl:text>
        <a href="{$self}"><xsl:value-of select="f:t('command.look-again')"/></a>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="f:word('command.lead', b:state)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

</xsl:stylesheet>
