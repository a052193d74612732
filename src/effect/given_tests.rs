//! Images among settings: on the command's line, in variables and their files, by commands before it.

use super::tests::{effects, read_with, show};
use super::world::Files;

struct Repository;

impl Files for Repository {
    fn read(&self, path: &str) -> Option<String> {
        match path {
            "prod.tfvars" | "live/prod.tfvars" => {
                Some("# what runs\nregion = \"eu\"\nimage_tag    = \"rc-1\"\n".to_owned())
            }
            "auto/terraform.tfvars" => Some("image_tag = \"rc-1\"\n".to_owned()),
            "auto/b.auto.tfvars" => Some("image_tag = \"rc-2\"\n".to_owned()),
            _ => None,
        }
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let names: &[&str] = if folder == "auto" { &["b.auto.tfvars", "main.tf", "terraform.tfvars"] } else { &[] };
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }
}

#[test]
fn an_image_among_the_settings_is_deployed() {
    assert_eq!(effects("terraform apply -auto-approve -var image=a/b:1 -var env=x"), ["deploy a/b:1"]);
    let configuration = "'ImageRepository={ImageIdentifier=a/b:1,ImageRepositoryType=ECR}'";
    let updates = format!("aws apprunner update-service --service-arn x --source-configuration {configuration}");
    assert_eq!(effects(&updates), ["deploy a/b:1"]);
    assert_eq!(effects("tofu apply -var=app_image=a/b:1"), ["deploy a/b:1"]);
    assert_eq!(effects("ansible-playbook -i hosts -e 'env=x image=a/b:1' site.yml"), ["deploy a/b:1"]);
    assert_eq!(effects("ansible-playbook -e '{\"image\": \"a/b:1\", \"env\": \"x\"}' site.yml"), ["deploy a/b:1"]);
    assert_eq!(effects("ansible-playbook -e tag=1 site.yml"), ["deploy <the service's image>:1"]);
    assert_eq!(effects("ansible-playbook -e env=x site.yml"), ["deploy ?"]);
    assert_eq!(effects("helmfile -e x apply --set image.repository=a/b --set image.tag=1"), ["deploy a/b:1"]);
    assert_eq!(effects("terraform apply -var region=eu:1; terraform destroy -var image=a/b:1"), ["deploy"]);
}

#[test]
fn each_tool_takes_settings_in_its_own_ways() {
    let deployed = ["deploy <the service's image>:rc-1"];
    for script in [
        "TF_VAR_image_tag=rc-1 terraform apply",
        "export TF_VAR_image_tag=rc-1\nterraform init\nterraform apply -auto-approve",
        "terraform plan -var image_tag=rc-1 -out=plan\nterraform apply plan",
        "TF_VAR_image_tag=rc-1 tofu plan -out plan\nTF_VAR_image_tag=other tofu apply plan",
        "echo 'image_tag = \"rc-1\"' > x.tfvars\nterraform apply -var-file x.tfvars",
        "pulumi config set app:imageTag rc-1\npulumi up --yes",
        "pulumi up --yes -c imageTag=rc-1",
        "cdk deploy -c imageTag=rc-1",
        "cdk deploy --parameters Service:ImageTag=rc-1",
        "sam deploy --parameter-overrides Env=staging ImageTag=rc-1",
        "sam deploy --parameter-overrides 'ImageTag=rc-1 Env=staging'",
        "sam deploy --parameter-overrides 'ParameterKey=Env,ParameterValue=x ParameterKey=ImageTag,ParameterValue=rc-1'",
        "echo 'image_tag = \"rc-1\"' > x.auto.tfvars\nterraform init\nterraform apply -auto-approve",
        "az deployment group create -g rg -f main.bicep -p @params.json imageTag=rc-1",
        "serverless deploy --param=imageTag=rc-1",
    ] {
        let found = effects(script);
        let found: Vec<&str> = found.iter().map(String::as_str).filter(|shown| shown.starts_with("deploy")).collect();
        assert_eq!(found, deployed, "{script}");
    }
    for script in [
        "TF_VAR_region=eu:1 terraform apply",
        "terraform plan -var image_tag=rc-1\nterraform apply",
        "pulumi config set aws:region eu\npulumi up --yes",
        "cdk deploy -c env=staging",
    ] {
        assert_eq!(effects(script), ["deploy"], "{script}");
    }
}

#[test]
fn a_file_of_variables_at_hand_is_read_as_it_is_kept() {
    let read =
        |script: &str| read_with(&Repository, script, |found| found.effects.iter().map(show).collect::<Vec<String>>());
    assert_eq!(read("terraform init\nterraform apply -var-file=prod.tfvars"), ["deploy <the service's image>:rc-1"]);
    assert_eq!(read("terraform -chdir=live apply -var-file=prod.tfvars"), ["deploy <the service's image>:rc-1"]);
    assert_eq!(read("terraform apply -var-file=other.tfvars"), ["deploy"]);
    // What lies there under the names that Terraform knows needs no flag, and is weaker than what has one.
    for (script, tag) in [
        ("cd auto; terraform apply", "rc-2"),
        ("TF_VAR_image_tag=rc-3 terraform -chdir=auto apply", "rc-2"),
        ("terraform -chdir=auto apply -var image_tag=rc-3", "rc-3"),
        ("echo 'image_tag = \"rc-4\"' > auto/z.auto.tfvars; terraform -chdir=auto apply", "rc-4"),
        ("echo 'image_tag = \"rc-4\"' > live/z.auto.tfvars; terraform -chdir=auto apply", "rc-2"),
        ("echo 'image_tag = \"rc-4\"' > auto/x.tfvars; cd auto && terraform apply -var-file=x.tfvars", "rc-4"),
    ] {
        assert_eq!(read(script), [format!("deploy <the service's image>:{tag}")], "{script}");
    }
}
