# Questions in plain Korean. The lexer has already cut particles (%josa) and endings (%copula) off the nouns.
@lexer lexer

question -> "왜" thing josa state copula {% question('why') %}
          | thing josa "왜" state copula {% question('why') %}
          | thing josa "왜" "안" verbWord {% question('why') %}
          | "왜" thing josa "안" verbWord {% question('why') %}
          | askedTopics josa whatIs {% question('explain') %}
          | kindWord josa showMe {% question('kubectl', 'get') %}
          | "누가" thing josa didIt {% question('who') %}

thing -> %askedName {% one('target') %}
       | %askedName %kind {% nameFirst %}
       | %kind %askedName {% kindFirst %}
josa -> null
      | %josa
copula -> null
        | %copula
whatIs -> "뭐야" | "뭐예요" | "뭔가요" | "뭐죠" | "뭐지" | "무엇인가요" | "무엇이야" | "설명해줘" | "설명해"
        | "알려줘" | "무슨" "뜻이야"
showMe -> "보여줘" | "보여" "줘" | "목록" | "목록" "보여줘"
didIt -> "만들었어" {% word('act') %}
       | "지웠어" {% word('act') %}
       | "죽였어" {% word('act') %}
       | "바꿨어" {% word('act') %}
verbWord -> %verbWord
