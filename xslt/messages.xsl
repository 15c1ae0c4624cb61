<!-- messages.xsl: looks texts up in the message file of the page's language. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:exsl="http://exslt.org/common"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    extension-element-prefixes="exsl func f">

  <xsl:key name="message" match="m" use="@k"/>

  <!-- Only the texts of the language in use are built, once per page. -->
  <xsl:variable name="message-tree">
    <xsl:choose>
      <xsl:when test="$lang = 'zh'">
        <xsl:call-template name="messages-zh"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="messages-en"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="messages" select="exsl:node-set($message-tree)"/>

  <!-- The text of a key; a key without text shows itself as [key]. -->
  <func:function name="f:t">
    <xsl:param name="key"/>
    <xsl:for-each select="$messages">
      <xsl:variable name="m" select="key('message', $key)"/>
      <xsl:choose>
        <xsl:when test="$m">
          <func:result select="string($m)"/>
        </xsl:when>
        <xsl:otherwise>
          <func:result select="concat('[', $key, ']')"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:for-each>
  </func:function>

  <!-- Whether a key has a text. -->
  <func:function name="f:has">
    <xsl:param name="key"/>
    <xsl:for-each select="$messages">
      <func:result select="boolean(key('message', $key))"/>
    </xsl:for-each>
  </func:function>

  <!-- A code in words ("mode" and "FULL"), or the code itself where the
       message file does not know it yet. -->
  <func:function name="f:word">
    <xsl:param name="group"/>
    <xsl:param name="code"/>
    <xsl:for-each select="$messages">
      <xsl:variable name="m" select="key('message',
          concat($group, '.', $code))"/>
      <func:result select="concat($m, substring($code, 1 div not($m)))"/>
    </xsl:for-each>
  </func:function>

  <!-- A text with the first occurrence of a mark replaced. -->
  <func:function name="f:put">
    <xsl:param name="text"/>
    <xsl:param name="mark"/>
    <xsl:param name="value"/>
    <xsl:choose>
      <xsl:when test="contains($text, $mark)">
        <func:result select="concat(substring-before($text, $mark), $value,
            substring-after($text, $mark))"/>
      </xsl:when>
      <xsl:otherwise><func:result select="$text"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- The text of a key with {0} replaced. -->
  <func:function name="f:t1">
    <xsl:param name="key"/>
    <xsl:param name="zero"/>
    <func:result select="f:put(f:t($key), '{0}', $zero)"/>
  </func:function>

  <!-- The text of a key with {0} and {1} replaced, in whichever order they
       stand; what is put in is not looked at again. -->
  <func:function name="f:t2">
    <xsl:param name="key"/>
    <xsl:param name="zero"/>
    <xsl:param name="one"/>
    <xsl:variable name="text" select="f:t($key)"/>
    <xsl:variable name="head" select="substring-before($text, '{0}')"/>
    <xsl:variable name="tail" select="substring-after($text, '{0}')"/>
    <func:result select="concat(f:put($head, '{1}', $one), $zero,
        f:put($tail, '{1}', $one))"/>
  </func:function>

  <!-- "key.one" for 1, else "key.many". -->
  <func:function name="f:form">
    <xsl:param name="key"/>
    <xsl:param name="number"/>
    <xsl:choose>
      <xsl:when test="$number = 1">
        <func:result select="concat($key, '.one')"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="concat($key, '.many')"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- A sentence whose parts are nodes: <v n="x"/> stands for the content of
       the argument <x>, <a n="x">text</a> links to its @href. -->
  <xsl:template name="say">
    <xsl:param name="key"/>
    <xsl:param name="args"/>
    <xsl:variable name="nodes" select="exsl:node-set($args)"/>
    <xsl:for-each select="$messages">
      <xsl:variable name="m" select="key('message', $key)"/>
      <xsl:if test="not($m)">
        <xsl:value-of select="concat('[', $key, ']')"/>
      </xsl:if>
      <xsl:apply-templates select="$m/node()" mode="say">
        <xsl:with-param name="args" select="$nodes"/>
      </xsl:apply-templates>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="v" mode="say">
    <xsl:param name="args"/>
    <xsl:copy-of select="$args/*[name() = current()/@n]/node()"/>
  </xsl:template>

  <xsl:template match="a" mode="say">
    <xsl:param name="args"/>
    <a href="{$args/*[name() = current()/@n]/@href}">
      <xsl:apply-templates mode="say">
        <xsl:with-param name="args" select="$args"/>
      </xsl:apply-templates>
    </a>
  </xsl:template>

  <xsl:template match="strong" mode="say">
    <xsl:param name="args"/>
    <strong>
      <xsl:apply-templates mode="say">
        <xsl:with-param name="args" select="$args"/>
      </xsl:apply-templates>
    </strong>
  </xsl:template>

</xsl:stylesheet>
