//! What tools are asked for that run tasks: known words are harmless, others are not understood.

use super::tests::effects;

#[test]
fn a_task_that_is_known_does_nothing() {
    for script in [
        "php artisan config:cache && php artisan vendor:publish --tag=x && php bin/console cache:clear --env=prod",
        "python manage.py collectstatic --noinput; ./bin/rails assets:precompile; mix release; mix test",
        "./gradlew clean :app:assembleRelease testReleaseUnitTest -x lint -Pdeploy=1; gradle check dockerCheck --tests Deploy",
        "mvn -B -s deploy.xml clean verify sonar:sonar; sbt +test; cargo build --release; cargo deploy-check",
        "dotnet publish src/Deploy/Deploy.csproj -c Release -o out; dotnet tool install -g deploy-tool; dotnet lambda help",
        "composer install && composer test:unit && composer cs-check && composer dump-autoload",
        "vendor/bin/phpunit && php vendor/bin/phpcs && node_modules/.bin/eslint . && bundle exec rspec",
        "yarn workspace web test && yarn workspaces foreach add x && pnpm --filter web deploy out",
        "poetry run pytest && pipenv run flake8 && python -m pip install x && uv run manage.py test",
        "npx ember build -prod && npx hexo generate && drush cr && python -c 'import json, sys; print(1)'",
        "curl -fsS https://a.example/deploy/health; curl -O https://a.example/deploy; curl -X POST $SLACK_DEPLOY_HOOK",
        "curl https://a.example/deploy/v2/install.sh; curl -s https://api.a.example/repos/a/hooks; curl $SLACK_WEBHOOK_URL",
    ] {
        assert_eq!(effects(script), [""; 0], "{script}");
    }
}

#[test]
fn a_task_that_is_not_known_may_do_anything() {
    for (script, name, telling) in [
        ("php artisan vapor:deploy", "artisan vapor:deploy", true),
        ("php artisan frobnicate", "artisan frobnicate", false),
        ("php bin/console app:deploy", "console app:deploy", true),
        ("python manage.py deploy", "manage.py deploy", true),
        ("./gradlew clean deployProd", "gradlew deployProd", false),
        ("./gradlew buildImage", "gradlew buildImage", false),
        ("mvn clean release:prepare", "mvn release:prepare", false),
        ("cargo xtask deploy", "cargo deploy", true),
        ("dotnet nuke Deploy", "dotnet Deploy", true),
        ("drush @prod deploy", "drush deploy", true),
        ("composer deploy", "composer deploy", false),
        ("poetry run deploy", "poetry run deploy", true),
        ("python -m deploy", "python -m deploy", true),
        ("yarn workspace web deploy", "yarn workspace web deploy", true),
        ("yarn workspace web build", "yarn workspace web build", false),
        ("yarn workspaces foreach run build", "yarn workspaces foreach run build", false),
        ("pnpm --filter web deploy", "pnpm deploy", true),
        ("vendor/bin/robo deploy:prod", "robo deploy:prod", true),
    ] {
        let due = format!("Target {{ name: \"{name}\", telling: {telling}, at_hand: No }}");
        assert_eq!(effects(script), [due], "{script}");
    }
    for (script, name) in [
        ("vendor/bin/ship-it deploy", "ship-it"),
        ("node_modules/.bin/deploy", "deploy"),
        ("npm exec deploy", "deploy"),
        ("python3 -c 'import subprocess; subprocess.run(x)'", "python3"),
        ("node -e \"require('child_process').execSync('x')\"", "node"),
        ("aws ssm send-command --document-name d", "aws ssm send-command"),
    ] {
        assert_eq!(effects(script), [format!("Command {{ name: \"{name}\" }}")], "{script}");
    }
    for script in [
        "vendor/bin/vapor deploy production",
        "php vendor/bin/envoy run deploy",
        "php dep.phar deploy",
        "npx forge deploy -e production",
        "symfony deploy",
        "npx ember deploy production",
        "mvn -B azure-webapp:deploy",
        "./gradlew appengineDeploy",
        "dotnet lambda deploy-function f",
    ] {
        assert_eq!(effects(script), ["deploy"], "{script}");
    }
    for script in [
        "curl \"$DEPLOY_HOOK\"",
        "wget -qO- https://a.example/sites/1/deploy/http?token=$T",
        "curl -fsS \"https://api.a.example/deploy/$SERVICE?key=$KEY\"",
        "curl 'https://api.a.example/deploy/srv-stg?key=x'",
        "curl https://a.example/deploy/$ID",
        "wget -qO- \"$SITE_HOOK\"",
        "wget -q -O /dev/null https://deploy.a.example/hook",
        "curl \"$SITE_HOOK_URL?ref=main\"",
        "azd up",
    ] {
        assert_eq!(effects(script), ["deploy ?"], "{script}");
    }
}

#[test]
fn what_curl_sends_to_a_server_of_files_is_deployed_there() {
    for script in [
        "curl -fsST site.zip ftp://host/www/",
        "curl -T site.zip ftp://u:$P@host/www/",
        "curl --upload-file=site.zip -u u:$P sftp://host/www/",
    ] {
        assert_eq!(effects(script), ["deploy"], "{script}");
    }
    assert_eq!(effects("curl -o site.zip ftp://host/site.zip; curl -T a.jar https://nexus.example/r/a.jar"), [""; 0]);
}
