# Questions in plain Korean. The lexer has already cut particles (%josa) and endings (%copula) off the nouns.
@lexer lexer

question -> "왜" thing josa state copula {% question('why') %}
          | thing josa "왜" state copula {% question('why') %}
          | thing josa "왜" "안" verbWord {% question('why') %}
          | "왜" thing josa "안" verbWord {% question('why') %}
          | askedTopics josa whatIs {% question('explain') %}
          | kindWord josa showMe {% question('kubectl', 'get') %}
          | "누가" thing josa didIt {% question('who') %}
          | "힌트" josa please {% question('hint') %}
          | "모르겠어" {% question('hint') %}
          | "모르겠어요" {% question('hint') %}
          | "몰라" {% question('hint') %}
          | "몰라요" {% question('hint') %}
          | "다음" josa {% question('next') %}
          | "정답" josa please {% question('solution') %}
          | "풀이" josa please {% question('solution') %}
          | "확인" josa please {% question('check') %}
          | "수업" josa please {% question('lessons') %}
          | "수업" "목록" {% question('lessons') %}
          | "수업" josa beginning {% question('learn') %}
          | beginning {% question('learn') %}
          | "도움말" josa please {% question('help') %}
          | "도와줘" {% question('help') %}
          | "도와주세요" {% question('help') %}
          | "되돌려" please {% question('undo') %}
          | "나가기" {% question('quit') %}
          | "종료" {% question('quit') %}
          | "끝" {% question('quit') %}

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
please -> null | "줘" | "줘요" | "주세요" | "보여줘" | "보여" "줘" | "보여주세요" | "보여" "주세요" | "알려줘" | "알려" "줘" | "해줘" | "해" "줘"
beginning -> "시작" | "시작해" | "시작해요" | "시작하자" | "시작할래" | "시작할래요"
