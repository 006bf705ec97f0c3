// The words of what is on every page, in one file.
import nav from '../../../messages/en/nav.ftl?raw';
import problems from '../../../messages/en/problems.ftl?raw';
import shell from '../../../messages/en/shell.ftl?raw';
import signIn from '../../../messages/en/sign-in.ftl?raw';

export default [nav, problems, shell, signIn].join('\n');
